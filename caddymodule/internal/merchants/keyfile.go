package merchants

import (
	"errors"
	"io"
	"os"

	v2 "github.com/paybridge/paybridge/translate/v2"
)

// Errors of paths that name no file.
var (
	errDirectory = errors.New("is a folder: name the key file in it")
	errNoFile    = errors.New("is a pipe or a device: name a file, since keys are read again at every reload")
)

// readKeyFile reads a key file, and no more of it than a key file has: of one
// that is longer so much that the parser sees it.
func readKeyFile(path string) ([]byte, error) {
	info, err := os.Stat(path) // before opening it, which waits at a pipe
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, errDirectory
	case !info.Mode().IsRegular():
		return nil, errNoFile
	}
	file, err := os.Open(path) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, v2.MaxKeyFile+1))
}
