package api

import (
	"errors"
	"io/fs"
	"net/http"
	"path/filepath"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// BackupRequest says where to write a copy of the ledger.
type BackupRequest struct {
	Path   string `json:"path" need:"true" doc:"The file, by its absolute path on the machine that Caddy runs on. It must not exist yet."`
	Folder string `json:"folder,omitzero" doc:"The file's folder as you see it: the numbers of its device and inode, such as 64769:131073. Nothing is written where Caddy sees another folder, such as a /tmp of its own."`
}

// BackupAnswer says what was written.
type BackupAnswer struct {
	Path string `json:"path" doc:"The file, which only Caddy's user can read."`
}

// backup writes a copy of the ledger. The bridge goes on working meanwhile.
func backup(v *visit, r BackupRequest) (BackupAnswer, error) {
	if !filepath.IsAbs(r.Path) {
		return BackupAnswer{}, badMember("body", "path", relativePath.With())
	}
	if err := checkFolder(r.Path, r.Folder); err != nil {
		return BackupAnswer{}, err
	}
	err := v.Ledger.Backup(v.ctx, r.Path)
	switch {
	case errors.Is(err, ledger.ErrUnsupported):
		return BackupAnswer{}, Refuse(http.StatusConflict, backupElsewhere.With())
	case errors.Is(err, fs.ErrExist):
		return BackupAnswer{}, Refuse(http.StatusConflict, backupExists.With(r.Path))
	case err != nil:
		return BackupAnswer{}, refuseBecause(http.StatusInternalServerError, backupFailed.With(err), err)
	}
	return BackupAnswer{Path: r.Path}, nil
}
