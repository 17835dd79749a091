package reconciliation

import (
	"bufio"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"os"
)

// partCount is into how many parts each side is divided, and partBuffer what each
// holds in memory while it is written.
const (
	partCount  = 64
	partBuffer = 32 << 10
)

// parts are the temporary files of one side, divided by a hash of the order number.
type parts struct {
	seed  maphash.Seed
	files [partCount]*part
	buf   []byte
}

type part struct {
	file   *os.File
	writer *bufio.Writer
	left   bool // its name could not be taken away while it is open
	count  int
}

// newParts makes the files of one side. Both sides need the same seed. The files have
// no names any more, so that nothing of them is left whatever happens; where the
// system does not allow that, close removes them.
func newParts(dir string, seed maphash.Seed) (*parts, error) {
	p := &parts{seed: seed}
	for i := range p.files {
		file, err := os.CreateTemp(dir, "paybridge-reconcile-*")
		if err != nil {
			p.close()
			return nil, fmt.Errorf("making a temporary file: %w", err)
		}
		p.files[i] = &part{file: file, writer: bufio.NewWriterSize(file, partBuffer), left: os.Remove(file.Name()) != nil}
	}
	return p, nil
}

// add writes a record to the part of its number.
func (p *parts) add(number string, record fields) error {
	to := p.files[maphash.String(p.seed, number)%partCount]
	to.count++
	p.buf = record.appendTo(p.buf[:0])
	if _, err := to.writer.Write(p.buf); err != nil {
		return fmt.Errorf("writing a temporary file: %w", err)
	}
	return nil
}

// each reads the records of part i from the beginning. read reads one, and returns
// io.EOF at the end.
func (p *parts) each(i int, read func(*bufio.Reader) error) error {
	from := p.files[i]
	if err := from.writer.Flush(); err != nil {
		return fmt.Errorf("writing a temporary file: %w", err)
	}
	if _, err := from.file.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("reading a temporary file: %w", err)
	}
	r := bufio.NewReaderSize(from.file, partBuffer)
	for {
		if err := read(r); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
	}
}

// empty takes the records out of part i.
func (p *parts) empty(i int) error {
	of := p.files[i]
	of.count = 0
	of.writer.Reset(of.file)
	if err := of.file.Truncate(0); err != nil {
		return fmt.Errorf("emptying a temporary file: %w", err)
	}
	if _, err := of.file.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("emptying a temporary file: %w", err)
	}
	return nil
}

// close lets go of the files.
func (p *parts) close() {
	for _, f := range p.files {
		if f == nil {
			continue
		}
		_ = f.file.Close() // nothing of it is needed any more
		if f.left {
			_ = os.Remove(f.file.Name())
		}
	}
}
