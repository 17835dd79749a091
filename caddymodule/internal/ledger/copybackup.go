package ledger

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// copyBackup copies a backup into the folder of the ledger at path, on disk when it
// returns. A backup is one file. But where it is a ledger that was not stopped, as on the
// disk of a machine that died, its last commits are in its log, which is copied too: who
// opens the copy finds them in it. It returns the copy's name and the mark that the file
// must have reached.
func copyBackup(backup, path string) (_ string, mark int64, err error) {
	mark, release, err := lockToCopy(backup)
	if err != nil {
		return "", 0, err
	}
	defer release()
	out, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".restore-*")
	if err != nil {
		return "", 0, err
	}
	part := out.Name()
	defer func() {
		if err != nil {
			removeCopy(part)
		}
	}()
	if err := copyInto(out, backup); err != nil {
		return "", 0, err
	}
	for _, suffix := range []string{journalSuffix, logSuffix} {
		if n, err := sizeOf(backup + suffix); err != nil {
			return "", 0, err
		} else if n == 0 {
			continue
		}
		out, err := os.OpenFile(part+suffix, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // beside a name that was free
		if err != nil {
			return "", 0, err
		}
		if err := copyInto(out, backup+suffix); err != nil {
			return "", 0, err
		}
	}
	return part, mark, nil
}

// copyInto writes a file into another one, and closes that.
func copyInto(out *os.File, from string) (err error) {
	defer func() { err = errors.Join(err, out.Close()) }()
	in, err := os.Open(from) //nolint:gosec // the operator names the file
	if err != nil {
		return err
	}
	defer in.Close()
	if _, err := io.Copy(out, in); err != nil {
		return err
	}
	return out.Sync()
}

func removeCopy(part string) {
	for _, suffix := range []string{"", journalSuffix, logSuffix, indexSuffix} {
		_ = os.Remove(part + suffix)
	}
}

// lockToCopy keeps bridges away from a file while it and its log are copied, and refuses
// a log that is not the file's. It returns the mark that the file must have reached.
// Nothing is written, for the disk may be one that is only to be read; where there is no
// lock, as beside a backup, nothing is known.
func lockToCopy(path string) (mark int64, release func(), err error) {
	file, err := os.Open(path + lockSuffix) //nolint:gosec // the operator names the file
	if errors.Is(err, fs.ErrNotExist) {
		return 0, func() {}, nil
	}
	if err != nil {
		return 0, nil, err
	}
	l, owner := readLock(file)
	if taken := lockToRead(file); taken != nil {
		_ = file.Close() // nothing was written
		return 0, nil, fmt.Errorf("%w by process %s: stop it, or restore a backup of it: %w", ErrLocked, owner, taken)
	}
	id := copyIDAtPath(path)
	if err := l.ownsLogToCopy(path, id); err != nil {
		_ = file.Close()
		return 0, nil, err
	}
	if l.knowsAnother(id) {
		l.mark = 0
	}
	return l.mark, func() { _ = file.Close() }, nil
}

// ownsLogToCopy is fits for a file that is to be copied.
func (l *fileLock) ownsLogToCopy(path string, id uint32) error {
	switch log, err := l.logAt(path, id); {
	case err != nil:
		return err
	case log == othersLog:
		return fmt.Errorf("%w: %s has the last commits of another file: "+
			"put that one beside it, or restore a copy of this one that has no log beside it", ErrStrayLog, path+logSuffix)
	case log == earlierLog:
		return fmt.Errorf("%w: %s was not left by the last stop, which was in order: move it away, or restore a copy of the file that has no log beside it",
			ErrStrayLog, path+logSuffix)
	}
	return nil
}
