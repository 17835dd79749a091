package api

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path/filepath"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// PurgeRequest says which orders to purge, and where to write them before.
type PurgeRequest struct {
	Before time.Time `json:"before" need:"true" doc:"Orders that were created and settled before this time. The last 30 days are never purged."`
	File   string    `json:"file,omitzero" doc:"The file to write them to, by its absolute path on the machine that Caddy runs on. It must not exist yet. Needed unless dry_run is set."`
	Folder string    `json:"folder,omitzero" doc:"The file's folder as you see it: the numbers of its device and inode, such as 64769:131073. Nothing is purged where Caddy sees another folder, such as a /tmp of its own."`
	DryRun bool      `json:"dry_run,omitzero" doc:"Only count them."`
	Why    string    `json:"why,omitzero" doc:"The reason, kept with the change. Needed unless dry_run is set."`
}

// Purged says what was purged.
type Purged struct {
	DryRun  bool   `json:"dry_run" doc:"Nothing was changed."`
	Orders  int    `json:"orders" doc:"How many orders were, or would be, purged."`
	Written int    `json:"written" doc:"How many orders are in the file: also those that changed at the last moment and were left as they are."`
	File    string `json:"file,omitempty" doc:"The file, which only Caddy's user can read. Its last line says how many lines come before it, and their SHA-256."`
	SHA256  string `json:"sha256,omitempty" doc:"The SHA-256, in hex, of all lines but the last."`
}

// betweenPurges is how long payments have the ledger to themselves after each
// transaction of a purge.
const betweenPurges = 20 * time.Millisecond

func purge(v *visit, r PurgeRequest) (Purged, error) {
	walk, err := v.Ledger.Purgeable(r.Before)
	if errors.Is(err, ledger.ErrTooYoung) {
		return Purged{}, badMember("body", "before", purgeTooYoung.With())
	}
	if err != nil {
		return Purged{}, err
	}
	if r.DryRun {
		return countPurgeable(v, walk)
	}
	if err := checkExport(r); err != nil {
		return Purged{}, err
	}
	file, err := createExport(r.File)
	switch {
	case errors.Is(err, fs.ErrExist):
		return Purged{}, Refuse(http.StatusConflict, backupExists.With(r.File))
	case err != nil:
		return Purged{}, refuseBecause(http.StatusInternalServerError, purgeFailed.With(0, err), err)
	}
	defer file.close()
	result := Purged{File: r.File}
	if err := purgeAll(v, r, walk, file, &result); err != nil {
		return Purged{}, refuseBecause(http.StatusInternalServerError, purgeFailed.With(result.Orders, err), err)
	}
	return result, nil
}

// checkExport refuses a purge that is not explained, or whose file nobody would find.
func checkExport(r PurgeRequest) error {
	if err := checkWhy(r.Why); err != nil {
		return err
	}
	if r.File == "" {
		return badMember("body", "file", missing.With())
	}
	if !filepath.IsAbs(r.File) {
		return badMember("body", "file", relativePath.With())
	}
	return checkFolder(r.File, r.Folder)
}

func countPurgeable(v *visit, walk *ledger.Purgeable) (Purged, error) {
	result := Purged{DryRun: true}
	for {
		list, err := walk.Next(v.ctx)
		if err != nil || len(list) == 0 {
			return result, err
		}
		result.Orders += len(list)
	}
}

// purgeAll writes and purges, one part after the other: nothing is forgotten that is not
// durable in the file. It outlasts a ledger that is away for a moment; what an end in
// between leaves is found by the next purge.
func purgeAll(v *visit, r PurgeRequest, walk *ledger.Purgeable, file *export, result *Purged) error {
	before := "of before " + r.Before.Format(time.RFC3339) + " to " + r.File
	if err := notePurge(v, r, "begun, "+before); err != nil {
		return err
	}
	for {
		var list []ledger.Archived
		if err := persevere(v.ctx, func() (err error) { list, err = walk.Next(v.ctx); return err }); err != nil {
			return err
		}
		if len(list) == 0 {
			break
		}
		if err := file.add(list); err != nil {
			return err
		}
		purged := 0
		if err := persevere(v.ctx, func() (err error) { purged, err = walk.Purge(v.ctx, list); return err }); err != nil {
			return err
		}
		result.Orders, result.Written = result.Orders+purged, result.Written+len(list)
		select {
		case <-time.After(betweenPurges):
		case <-v.ctx.Done():
			return v.ctx.Err()
		}
	}
	sum, err := file.finish()
	if err != nil {
		return err
	}
	result.SHA256 = sum
	return notePurge(v, r, fmt.Sprintf("%d orders %s", result.Orders, before))
}

// notePurge records what a purge does when it does it: that takes minutes or hours, not
// the moment of the request.
func notePurge(v *visit, r PurgeRequest, after string) error {
	change := v.change(r.Why)
	change.At, change.After = time.Time{}, after
	return v.Ledger.NotePurge(v.ctx, change)
}
