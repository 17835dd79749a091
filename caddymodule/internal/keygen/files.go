package keygen

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Files are the two files of a pair.
type Files struct {
	Private string // path; mode 0600
	Public  string // path; mode 0644
}

// FilesOf returns the files of a name, which may begin with a folder:
// NAME-private.pem and NAME-public.pem.
func FilesOf(name string) (Files, error) {
	if base := filepath.Base(name); name == "" || base == "." || base == ".." || os.IsPathSeparator(name[len(name)-1]) {
		return Files{}, fmt.Errorf("%q names no file: write for example 473053110001, or a path that ends so", name)
	}
	return Files{Private: name + "-private.pem", Public: name + "-public.pem"}, nil
}

// Free reports that neither file exists, so that no time is spent on a key that
// could not be written.
func (f Files) Free() error {
	for _, path := range []string{f.Public, f.Private} {
		switch _, err := os.Lstat(path); {
		case err == nil:
			return fmt.Errorf("%s exists already and is left as it is: choose another name", path)
		case !errors.Is(err, fs.ErrNotExist):
			return err
		}
	}
	return nil
}

// Write writes both files, the private key last. It never writes over a file;
// when the private key cannot be written, no public key stays behind.
func (p Pair) Write(f Files) error {
	if err := create(f.Public, p.PublicPEM(), 0o644); err != nil {
		return fmt.Errorf("writing public key: %w", err)
	}
	if err := create(f.Private, p.privatePEM(), 0o600); err != nil {
		return errors.Join(fmt.Errorf("writing private key: %w", err), os.Remove(f.Public))
	}
	return nil
}

// create writes a file that does not exist yet, and leaves none behind when it
// cannot.
func create(path, text string, mode fs.FileMode) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode) //nolint:gosec // the operator names the file
	if err != nil {
		return err
	}
	_, err = io.WriteString(file, text)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}
