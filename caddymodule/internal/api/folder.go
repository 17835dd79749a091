package api

import (
	"errors"
	"io/fs"
	"net/http"
	"path/filepath"

	"github.com/paybridge/paybridge/caddymodule/internal/samefolder"
)

// checkFolder refuses a file that the operator who names it would not find: one in a
// folder that is another for Caddy than for the caller, who may say which one is meant,
// and one in Caddy's private /tmp. Other faults of the path are told when it is written.
func checkFolder(file, meant string) error {
	folder := filepath.Dir(file)
	if samefolder.Private(file) {
		return Refuse(http.StatusConflict, privateFolder.With(folder))
	}
	if meant == "" {
		return nil
	}
	found, err := samefolder.Of(file)
	if errors.Is(err, fs.ErrNotExist) || err == nil && found != "" && found != meant {
		return Refuse(http.StatusConflict, otherFolder.With(folder))
	}
	return nil
}
