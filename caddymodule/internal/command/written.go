package command

import (
	"errors"
	"io/fs"
	"path/filepath"

	"github.com/paybridge/paybridge/caddymodule/internal/samefolder"
)

// writtenFile completes the name of a file that the Caddy that runs is to write, and says
// which folder the operator means by it: Caddy may see another one there (see
// [samefolder]). Of a Caddy on another machine there is nothing to compare.
func (o *online) writtenFile(name string) (path, folder string, err error) {
	if path, err = filepath.Abs(name); err != nil {
		return "", "", say("%s: %v", name, err)
	}
	if !o.client.Local() {
		return path, "", nil
	}
	folder, err = samefolder.Of(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", "", say("there is no folder %s here, so you would not find the file; make it, or name another", filepath.Dir(path))
	}
	// Who may not look at the folder can say nothing of it. Caddy may.
	return path, folder, nil
}
