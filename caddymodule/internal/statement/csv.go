package statement

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// peeked is how much of a file is looked at before it is read.
const peeked = 256 << 10

// textFile is a statement as CSV.
type textFile struct {
	file   io.Closer
	limit  *lineLimit
	record *recordText
	reader *csv.Reader
	line   int // where the last record began
}

// newTextFile reads CSV from a file whose first bytes are known.
func newTextFile(file io.ReadCloser, start *bufio.Reader, o Options) (*textFile, error) {
	head, err := start.Peek(peeked)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
		return nil, say("reading: %v", err)
	}
	decoded, err := decode(start, head, o.Encoding)
	if err != nil {
		return nil, err
	}
	text := bufio.NewReaderSize(decoded, peeked)
	if head, err = text.Peek(peeked / 4); len(head) == 0 && err != nil && !errors.Is(err, io.EOF) {
		return nil, say("reading: %v", err)
	}
	from := io.Reader(text)
	if bytes.IndexByte(head, '\n') < 0 {
		from, head = oldMac{text}, bytes.ReplaceAll(head, []byte("\r"), []byte("\n"))
	}
	separator := cmp.Or(o.Separator, o.separatorOf(head))
	t := &textFile{file: file, limit: &lineLimit{from: from, most: maxLine, err: errLongLine}}
	t.record = &recordText{from: t.limit}
	t.reader = csv.NewReader(t.record)
	t.reader.Comma, t.reader.LazyQuotes, t.reader.FieldsPerRecord, t.reader.ReuseRecord = separator, true, -1, true
	return t, nil
}

func (t *textFile) next() ([]string, int, error) {
	t.limit.reset()
	t.record.begin(t.reader.InputOffset())
	cells, err := t.reader.Read()
	switch {
	case errors.Is(err, errLongLine):
		return nil, t.line, &PositionError{Line: t.line + 1, Err: say("behind line %d %v", t.line, errLongLine)}
	case errors.Is(err, io.EOF):
		return nil, t.line, io.EOF
	case err != nil:
		return nil, t.line, &PositionError{Line: t.line + 1, Err: err}
	}
	t.line, _ = t.reader.FieldPos(0)
	for i, cell := range cells {
		if !utf8.ValidString(cell) || bytes.ContainsRune([]byte(cell), utf8.RuneError) {
			return nil, t.line, &PositionError{Line: t.line, Column: fmt.Sprint(i + 1), Err: errEncoding}
		}
	}
	if i := severalLines(cells); i >= 0 && !t.quotedWell(t.record.until(t.reader.InputOffset())) {
		return nil, t.line, &PositionError{Line: t.line, Column: fmt.Sprint(i + 1), Err: errNotClosed}
	}
	return cells, t.line, nil
}

// stored implements source: CSV has nothing but text.
func (t *textFile) stored(int) storage { return asText }

// columnName implements source.
func (t *textFile) columnName(i int) string { return strconv.Itoa(i + 1) }

// since implements source.
func (t *textFile) since() epoch { return since1900 }

// whatElse implements source.
func (t *textFile) whatElse(err error) error { return err }

// Close implements source.
func (t *textFile) Close() error { return t.file.Close() }

var (
	errLongLine = say("more than %d KiB come without the end of a line; is a quotation mark not closed, or is the file no statement?", maxLine>>10)
	errEncoding = say("bytes that are not of the file's encoding; say which it has: --encoding gbk or --encoding utf-8")
)

// oldMac reads lines that end with a carriage return alone, as Excel on a Macintosh
// can save them.
type oldMac struct{ from io.Reader }

// Read implements io.Reader.
func (m oldMac) Read(p []byte) (int, error) {
	n, err := m.from.Read(p)
	for i, b := range p[:n] {
		if b == '\r' {
			p[i] = '\n'
		}
	}
	return n, err
}

// lineLimit bounds what is read for one record: one quotation mark that is not
// closed would take the whole file otherwise.
type lineLimit struct {
	from io.Reader
	most int
	err  error // when more comes
	read int
}

func (l *lineLimit) reset() { l.read = 0 }

// Read implements io.Reader.
func (l *lineLimit) Read(p []byte) (int, error) {
	if l.read > l.most {
		return 0, l.err
	}
	n, err := l.from.Read(p)
	l.read += n
	return n, err
}

// Byte order marks.
var (
	markUTF8    = []byte("\xef\xbb\xbf")
	markUTF16LE = []byte("\xff\xfe")
	markUTF16BE = []byte("\xfe\xff")
)

// decode returns a file as UTF-8. head is its beginning.
func decode(file io.Reader, head []byte, encoding string) (io.Reader, error) {
	switch {
	case bytes.HasPrefix(head, markUTF16LE), bytes.HasPrefix(head, markUTF16BE): // Excel's "Unicode text"
		return transform.NewReader(file, unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder()), nil
	case bytes.HasPrefix(head, markUTF8):
		return file, nil
	case encoding == "gbk", encoding == "" && !validStart(head):
		return transform.NewReader(file, simplifiedchinese.GB18030.NewDecoder()), nil
	case bytes.IndexByte(head, 0) >= 0:
		return nil, say("the file is no text")
	}
	return file, nil
}

// validStart reports whether the beginning of a file is UTF-8, which may end within
// a character.
func validStart(head []byte) bool {
	for cut := 0; cut < utf8.UTFMax && cut <= len(head); cut++ {
		if utf8.Valid(head[:len(head)-cut]) {
			return true
		}
	}
	return false
}

// separators are what may stand between the cells where nobody says what does, the
// likeliest first.
var separators = []rune{',', '\t', ';', '|'}

// separatorOf finds what stands between the cells: that by which more columns are
// found in a line of the beginning.
func (o Options) separatorOf(head []byte) rune {
	best, most := ',', 0
	for i, line := range bytes.Split(head, []byte("\n")) {
		if i == maxPreamble {
			break
		}
		for _, separator := range separators {
			var cells []string
			for cell := range bytes.SplitSeq(line, []byte(string(separator))) {
				cells = append(cells, string(cell))
			}
			if h, err := o.find(cells); err == nil && len(h.columns) > most {
				best, most = separator, len(h.columns)
			}
		}
	}
	return best
}
