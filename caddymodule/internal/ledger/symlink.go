package ledger

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Resolve returns the one absolute name of the file at path, with every symbolic
// link followed. Neither the file nor its folders need to exist: the name is the
// same before and after they are made. Two names of one file would give it two
// locks and so two writers.
//
// It returns an error for links in a circle and for folders that cannot be read.
func Resolve(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	resolved, err := filepath.EvalSymlinks(path)
	folder := filepath.Dir(path)
	if !errors.Is(err, fs.ErrNotExist) || folder == path {
		return resolved, err
	}
	if folder, err = Resolve(folder); err != nil {
		return "", err
	}
	path = filepath.Join(folder, filepath.Base(path))
	target, err := os.Readlink(path)
	switch {
	case err != nil:
		return path, nil //nolint:nilerr // nothing is there, so it is no link
	case filepath.IsAbs(target):
		return Resolve(target)
	default: // a link to what does not exist yet
		return Resolve(filepath.Join(folder, target))
	}
}
