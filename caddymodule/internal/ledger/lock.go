package ledger

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

// lockSuffix ends the name of a ledger's lock. The lock stays where it is, whatever
// is done with the ledger: who holds it is the one that may touch what is at the
// path.
const lockSuffix = ".lock"

// fileLock keeps a second process away from a ledger's file. It is a file of its
// own that stays behind, because removing it would race with the next owner; the
// kernel ends the lock with the process, however that ends.
type fileLock struct{ file *os.File }

func lockFile(path string) (*fileLock, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, err
	}
	if err := lockWhole(f); err != nil {
		owner, _ := io.ReadAll(io.LimitReader(f, 20))
		_ = f.Close() // nothing was written
		return nil, fmt.Errorf("%w by process %s: stop it, or give this one a file of its own: %w",
			ErrLocked, strings.TrimSpace(string(owner)), err)
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
	// The number only helps a reader; the lock holds without it.
	if f.Truncate(0) == nil {
		_, _ = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	}
	return &fileLock{f}, nil
}

func (l *fileLock) release() error { return l.file.Close() }
