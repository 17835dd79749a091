package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/samefolder"
)

// A purge writes a file of lines with their number and checksum before it forgets, is on
// record, does not overwrite, and spares the last 30 days.
func TestPurge(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 60 {
		w.notification("89900001", ledger.Delivered, 400*24*time.Hour)
	}
	kept := w.notification("89900001", ledger.Delivered, time.Hour)
	request := PurgeRequest{Before: present.AddDate(0, 0, -300), DryRun: true}
	if got := read[Purged](t, w.post("purge", request)); got.Orders != 60 || !got.DryRun {
		t.Errorf("dry run: %+v", got)
	}
	request.DryRun = false
	w.refused(w.post("purge", request), http.StatusBadRequest, "why")
	request.Why = "retention"
	w.refused(w.post("purge", request), http.StatusBadRequest, "file")
	request.File = filepath.Join(t.TempDir(), "purged.jsonl")
	got := read[Purged](t, w.post("purge", request))
	if got.Orders != 60 || got.Written != 60 {
		t.Fatalf("%+v", got)
	}
	text, err := os.ReadFile(request.File)
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(text, []byte("\n"))
	var end exportEnd
	if err := json.Unmarshal(lines[60], &end); err != nil || end.Orders != 60 || len(lines) != 62 {
		t.Errorf("%d lines, the last is %q, %v", len(lines), lines[60], err)
	}
	sum := sha256.Sum256(bytes.Join(lines[:60], nil))
	if hex.EncodeToString(sum[:]) != end.SHA256 || got.SHA256 != end.SHA256 {
		t.Errorf("the checksum is %s, want %s", end.SHA256, got.SHA256)
	}
	if info, err := os.Stat(request.File); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	for _, o := range read[OrderList](t, w.get("orders?limit=100")).Items {
		story := read[Timeline](t, w.get("order?merid=89900001&number="+o.OrderID))
		purged := o.OrderID != kept.OrderID
		if at := story.Order.PurgedAt; at.Equal(present) != purged || at.IsZero() == purged || !at.Equal(o.PurgedAt) ||
			strings.Contains(story.Order.Explained, "purged at 2026-11-22 11:00:00 Beijing time, only") != purged {
			t.Errorf("of a purged order %t: %+v", purged, story.Order)
		}
	}
	w.refused(w.post("purge", request), http.StatusConflict, request.File)
	request.Before = present.AddDate(0, 0, -29)
	w.refused(w.post("purge", request), http.StatusBadRequest, "30 days")
	if n := w.stateOf(kept); n.State != ledger.Delivered {
		t.Errorf("the young one: %+v", n)
	}
	changes := read[ChangeList](t, w.get("changes"))
	if len(changes.Items) != 2 || changes.Items[0].What != "purge" || changes.Items[1].What != "purge" {
		t.Errorf("changes: %+v", changes.Items)
	}
}

// A ledger that is away for a moment does not end a purge, which may take hours.
func TestPurgeOutlastsTheLedger(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 300 { // six transactions
		w.notification("89900001", ledger.Delivered, 400*24*time.Hour)
	}
	request := PurgeRequest{Before: present.AddDate(0, 0, -300), Why: "retention", File: filepath.Join(t.TempDir(), "purged.jsonl")}
	back := make(chan error, 1)
	go func() {
		for end := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
			if info, err := os.Stat(request.File); err == nil && info.Size() > 0 || time.Now().After(end) {
				break
			}
		}
		away := w.path + ".away"
		err := os.Rename(w.path, away)
		for err == nil && w.ledger.Ping(t.Context()) == nil {
			time.Sleep(time.Millisecond)
		}
		time.Sleep(100 * time.Millisecond) // the purge goes on meanwhile
		back <- errors.Join(err, os.Rename(away, w.path))
	}()
	got := read[Purged](t, w.post("purge", request))
	if err := <-back; err != nil {
		t.Fatal(err)
	}
	for w.ledger.Ping(t.Context()) != nil { // it looks for its file again soon
		time.Sleep(time.Millisecond)
	}
	if got.Orders != 300 || got.Written != 300 {
		t.Errorf("%+v", got)
	}
	if n := read[Purged](t, w.post("purge", PurgeRequest{Before: request.Before, DryRun: true})); n.Orders != 0 {
		t.Errorf("left: %+v", n)
	}
}

// Nothing is purged or copied into a folder that is another for the bridge than for who
// names it.
func TestNothingIsWrittenWhereNobodyLooks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.notification("89900001", ledger.Delivered, 400*24*time.Hour)
	dir := t.TempDir()
	here, err := samefolder.Of(filepath.Join(dir, "a"))
	if err != nil {
		t.Fatal(err)
	}
	purge := PurgeRequest{Before: present.AddDate(0, 0, -300), Why: "retention", File: filepath.Join(dir, "purged.jsonl"), Folder: "1:2"}
	copied := BackupRequest{Path: filepath.Join(dir, "backup.db"), Folder: "1:2"}
	w.refused(w.post("purge", purge), http.StatusConflict, "another folder at "+dir)
	w.refused(w.post("backup", copied), http.StatusConflict, "another folder at "+dir)
	hidden := purge
	hidden.File = filepath.Join(dir, "none", "purged.jsonl") // is there for the caller alone
	w.refused(w.post("purge", hidden), http.StatusConflict, "another folder at "+filepath.Join(dir, "none"))
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("%v, %v were written", left, err)
	}
	if changes := read[ChangeList](t, w.get("changes")); len(changes.Items) > 0 {
		t.Errorf("changes: %+v", changes.Items)
	}
	purge.Folder, copied.Folder = here, here
	if got := read[Purged](t, w.post("purge", purge)); got.Orders != 1 {
		t.Errorf("to the folder that is meant: %+v", got)
	}
	read[BackupAnswer](t, w.post("backup", copied))
}
