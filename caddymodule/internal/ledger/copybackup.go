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
// opens the copy finds them in it.
func copyBackup(backup, path string) (_ string, err error) {
	release, err := lockWithLog(backup)
	if err != nil {
		return "", err
	}
	defer release()
	out, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".restore-*")
	if err != nil {
		return "", err
	}
	part := out.Name()
	defer func() {
		if err != nil {
			removeCopy(part)
		}
	}()
	if err := copyInto(out, backup); err != nil {
		return "", err
	}
	for _, suffix := range []string{journalSuffix, logSuffix} {
		if n, err := sizeOf(backup + suffix); err != nil {
			return "", err
		} else if n == 0 {
			continue
		}
		out, err := os.OpenFile(part+suffix, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // beside a name that was free
		if err != nil {
			return "", err
		}
		if err := copyInto(out, backup+suffix); err != nil {
			return "", err
		}
	}
	return part, nil
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

// lockWithLog keeps bridges away from a file with a log while both are copied, and refuses
// a log that is not the file's. Nothing is written, for the disk may be one that is only
// to be read; where there is no lock, nothing is known.
func lockWithLog(path string) (release func(), err error) {
	release = func() {}
	if n, err := sizeOf(path + logSuffix); n == 0 || err != nil {
		return release, err
	}
	file, err := os.Open(path + lockSuffix) //nolint:gosec // the operator names the file
	if errors.Is(err, fs.ErrNotExist) {
		return release, nil
	}
	if err != nil {
		return nil, err
	}
	l, owner := readLock(file)
	if taken := lockToRead(file); taken != nil {
		_ = file.Close() // nothing was written
		return nil, fmt.Errorf("%w by process %s: stop it, or restore a backup of it: %w", ErrLocked, owner, taken)
	}
	if l.knowsAnother(copyIDAtPath(path)) {
		_ = file.Close()
		return nil, fmt.Errorf("%w: %s has the last commits of another file: "+
			"put that one beside it, or restore a copy of this one that has no log beside it", ErrWrongFile, path+logSuffix)
	}
	return func() { _ = file.Close() }, nil
}
