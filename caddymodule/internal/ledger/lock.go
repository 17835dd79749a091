package ledger

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// lockSuffix ends the name of a ledger's lock. The lock stays where it is, whatever
// is done with the ledger: who holds it is the one that may touch what is at the
// path.
const lockSuffix = ".lock"

// fileLock keeps a second process away from a ledger's file. It is a file of its
// own that stays behind, because removing it would race with the next owner; the
// kernel ends the lock with the process, however that ends. And because it stays, it
// knows that there was a ledger when that is gone.
type fileLock struct {
	file *os.File
	used bool   // a ledger has been opened beside it
	id   uint32 // of the file that was, see copyid.go; 0 where that is not known
}

// usedMark, with the file's id, follows the number of the process in a lock that a ledger
// was opened beside.
const usedMark = "ledger"

func lockFile(path string) (*fileLock, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, err
	}
	taken := lockWhole(f)
	l, owner := readLock(f)
	if taken != nil {
		_ = f.Close() // nothing was written
		return nil, fmt.Errorf("%w by process %s: stop it, or give this one a file of its own: %w", ErrLocked, owner, taken)
	}
	// Between opening and locking, somebody may have put another file there: then
	// the lock is no one's.
	locked, err := f.Stat()
	if err == nil {
		var there os.FileInfo
		if there, err = os.Stat(path); err == nil && !os.SameFile(there, locked) {
			err = fmt.Errorf("%w: its lock was replaced at this moment; try again", ErrLocked)
		}
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	_ = l.write() // the number of the process only helps a reader; the lock holds without it
	return l, nil
}

// readLock reads what a lock knows, and whose it is or was.
func readLock(f *os.File) (l *fileLock, owner string) {
	content, _ := io.ReadAll(io.LimitReader(f, 64)) // it only helps
	owner, mark, _ := strings.Cut(string(content), "\n")
	owner = strings.TrimSpace(owner)
	// More may follow the mark, of an owner with a longer number who was killed while it wrote.
	l = &fileLock{file: f}
	if mark, l.used = strings.CutPrefix(mark, usedMark); l.used {
		_, _ = fmt.Sscanf(mark, " %d", &l.id) // earlier versions wrote none
	}
	return l, owner
}

// use notes, on disk when it returns, that a ledger whose file has this id is beside the lock.
func (l *fileLock) use(id uint32) error {
	if l.used && l.id == id {
		return nil
	}
	l.used, l.id = true, id
	if err := errors.Join(l.write(), l.file.Sync()); err != nil {
		return fmt.Errorf("writing the lock: %w", err)
	}
	return nil
}

// write notes whose the lock is.
func (l *fileLock) write() error {
	// Always as long, so that a power cut between two blocks leaves the rest as it was.
	text := fmt.Sprintf("%-10d\n", os.Getpid())
	if l.used {
		text += fmt.Sprintf("%s %-10d\n", usedMark, l.id)
	}
	n, err := l.file.WriteAt([]byte(text), 0)
	if err != nil {
		return err
	}
	return l.file.Truncate(int64(n))
}

func (l *fileLock) release() error { return l.file.Close() }
