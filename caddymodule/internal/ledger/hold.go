package ledger

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
)

// heldFile is the file of a ledger, held while SQLite has it open: whoever opens it by
// another name, such as a hard link or a mount, finds another lock beside it and another
// log, and two writers of one file destroy it. It is opened before SQLite opens it and
// closed afterwards, because closing any descriptor ends the locks that SQLite has on it.
type heldFile struct {
	*os.File

	info fs.FileInfo
}

// held are the files of this process: opening one of them only to find that it is
// locked, and closing it again, would end the locks of the ledger that has it.
var held struct {
	sync.Mutex

	files map[*heldFile]bool
}

// hold opens a file with the flags of [os.OpenFile] and locks it. It returns an error that wraps
// [ErrLocked] where it is held, by whatever name.
func hold(path string, flags int) (*heldFile, error) {
	held.Lock()
	defer held.Unlock()
	taken := fmt.Errorf("%w by another name of its file, such as a hard link or a mount: stop that bridge, or give this one a file of its own", ErrLocked)
	if info, err := os.Stat(path); err == nil {
		for h := range held.files {
			if os.SameFile(info, h.info) {
				return nil, taken
			}
		}
	}
	file, err := os.OpenFile(path, flags, 0o600) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, err
	}
	h := &heldFile{File: file}
	if h.info, err = file.Stat(); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	if err := lockHeld(file); err != nil {
		return nil, errors.Join(fmt.Errorf("%w: %w", taken, err), file.Close())
	}
	if held.files == nil {
		held.files = map[*heldFile]bool{}
	}
	held.files[h] = true
	return h, nil
}

// foundAt refuses what is found at the path of the file while it is being opened, if that
// is another one.
func (h *heldFile) foundAt(path string, found fs.FileInfo) error {
	if os.SameFile(found, h.info) {
		return nil
	}
	return fmt.Errorf("%w: %s was replaced while it was being opened", ErrFileGone, path)
}

// release is for a file that SQLite has closed.
func (h *heldFile) release() error {
	held.Lock()
	defer held.Unlock()
	delete(held.files, h)
	return h.Close()
}
