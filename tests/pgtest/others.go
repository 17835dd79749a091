package pgtest

import (
	"errors"
	"path/filepath"
	"syscall"
)

// Own gives a file or folder to the user that servers run as.
func Own(path string) error {
	as, err := credential()
	if err != nil {
		return err
	}
	return chown(path, as)
}

// Attributes has a process run as that user, and end with the test.
func Attributes() (*syscall.SysProcAttr, error) {
	as, err := credential()
	if err != nil {
		return nil, err
	}
	return attributes(as), nil
}

// Programs returns the folder of all of PostgreSQL's programs.
func Programs() (string, error) {
	initdb, _, found := programs()
	if !found {
		return "", errors.New("no PostgreSQL here: install the package postgresql")
	}
	path, err := filepath.EvalSymlinks(initdb) // others are beside the file itself
	return filepath.Dir(path), err
}
