package ledger

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// putAside gives the present ledger another name, with what is still beside it. Of
// that nothing stays: it would be read into whatever takes the file's place. A log or
// journal without its file, or beside another one with which it is no pair, gets a name of
// its own.
func (d *Restored) putAside(now time.Time, pair bool) error {
	at := now.Format("20060102-150405")
	aside, err := freeName(d.Path + ".before-restore-" + at)
	if err != nil {
		return err
	}
	beside := aside
	if n, err := sizeOf(d.Path); err != nil {
		return err
	} else if n == 0 || !pair {
		if beside, err = freeName(d.Path + ".lost-log-" + at); err != nil {
			return err
		}
	}
	if d.Aside, err = putFileAside(d.Path, aside); err != nil {
		return err
	}
	kept, err := moveBeside(d.Path, beside)
	if beside != aside {
		d.Log = kept
	}
	if err != nil {
		return err
	}
	return syncFolder(filepath.Dir(d.Path)) // it is away before another file takes the place
}

// putFileAside returns the name that the file has now, "" where there was none. The file
// keeps its old name as well until another takes its place, so that whatever interrupts
// this, there is a ledger at the path. But one with a log that could not be written into
// it, or with a journal, is no whole ledger without that: it loses its name at once, and
// first, so that no start takes it for whole.
func putFileAside(path, aside string) (string, error) {
	put := os.Link
	for _, suffix := range []string{logSuffix, journalSuffix} {
		if n, err := sizeOf(path + suffix); err != nil {
			return "", err
		} else if n > 0 {
			put = os.Rename
		}
	}
	switch err := put(path, aside); {
	case errors.Is(err, fs.ErrNotExist):
		return "", nil
	case err != nil:
		return "", err
	}
	return aside, syncFolder(filepath.Dir(path))
}

// moveBeside moves what is beside one name to another, and returns the new name of what
// matters of it, "" where there was nothing.
func moveBeside(from, to string) (kept string, err error) {
	for _, suffix := range []string{indexSuffix, journalSuffix, logSuffix} {
		switch err := os.Rename(from+suffix, to+suffix); {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return "", fmt.Errorf("%w; what is at %s goes with it", err, to)
		case suffix != indexSuffix:
			kept = to + suffix
		}
	}
	return kept, nil
}

// freeName returns name, with a number where there is something by that name.
func freeName(name string) (string, error) {
	for i, free := 2, name; ; i++ {
		taken := false
		for _, suffix := range []string{"", logSuffix, indexSuffix, journalSuffix} {
			if _, err := os.Lstat(free + suffix); err == nil {
				taken = true
			} else if !errors.Is(err, fs.ErrNotExist) {
				return "", err
			}
		}
		if !taken {
			return free, nil
		}
		free = fmt.Sprintf("%s.%d", name, i)
	}
}
