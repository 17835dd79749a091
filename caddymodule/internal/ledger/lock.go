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
// knows that there was a ledger when that is gone, and what belongs to it.
type fileLock struct {
	file   *os.File
	used   bool   // a ledger has been opened beside it
	id     uint32 // of the file that was, see copyid.go; 0 where that is not known
	mark   int64  // that it has reached, see marks.go
	closed bool   // it was closed in order, so that no log was left
}

// What follows the number of the process in a lock that a ledger was opened beside: the
// file's id and mark between these words. Earlier versions wrote less.
const (
	usedWord   = "ledger"
	closedWord = "closed"
)

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
	content, _ := io.ReadAll(io.LimitReader(f, 128)) // it only helps
	owner, known, _ := strings.Cut(string(content), "\n")
	owner = strings.TrimSpace(owner)
	// More may follow in a further line, of an owner with a longer number who was killed while it wrote.
	known, _, _ = strings.Cut(known, "\n")
	l = &fileLock{file: f}
	if known, l.used = strings.CutPrefix(known, usedWord); l.used {
		var how string
		_, _ = fmt.Sscan(known, &l.id, &l.mark, &how)
		l.closed = how == closedWord
	}
	return l, owner
}

// use notes, on disk when it returns, that a ledger whose file has this id is beside the
// lock and may be written to.
func (l *fileLock) use(id uint32) error {
	if l.used && l.id == id && !l.closed {
		return nil
	}
	if l.id != id {
		l.mark = 0 // was another file's
	}
	l.used, l.id, l.closed = true, id, false
	return l.keep()
}

// close notes, on disk when it returns, that the ledger has no log any more. That must be
// true on the disk already.
func (l *fileLock) close() error {
	l.closed = true
	return l.keep()
}

func (l *fileLock) keep() error {
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
		how := ""
		if l.closed {
			how = closedWord
		}
		text += fmt.Sprintf("%s %-10d %-19d %-6s\n", usedWord, l.id, l.mark, how)
	}
	n, err := l.file.WriteAt([]byte(text), 0)
	if err != nil {
		return err
	}
	return l.file.Truncate(int64(n))
}

func (l *fileLock) release() error { return l.file.Close() }
