package ledger_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

func init() {
	children["visit"] = func(context.Context, *ledger.Ledger, int) error { return nil }
}

// TestFileHasOneWriterByAnyName: by a hard link a file has another lock and another log;
// two writers would destroy it, and a restore would read a log into it that lacks what the
// bridge has written.
func TestFileHasOneWriterByAnyName(t *testing.T) {
	t.Parallel()
	path, other := filepath.Join(t.TempDir(), "ledger.db"), filepath.Join(t.TempDir(), "ledger.db")
	l := sqlitePlace{path}.open(t)
	mustBegin(t, l, sample(1))
	if err := os.Link(path, other); err != nil {
		t.Fatal(err)
	}
	_, err := ledger.OpenSQLite(t.Context(), other)
	wantError(t, err, ledger.ErrLocked)
	var said bytes.Buffer
	child := startChild(t, "visit", 0, sqlitePlace{other})
	child.Stderr = &said
	if err := child.Run(); err == nil || !strings.Contains(said.String(), ledger.ErrLocked.Error()) {
		t.Errorf("another process: %v: %s", err, said.String())
	}
	backup := filepath.Join(t.TempDir(), "backup.db")
	putFile(t, backup, backupOfAnother(t))
	_, err = ledger.Restore(t.Context(), backup, other, noon)
	wantError(t, err, ledger.ErrLocked)

	mustBegin(t, l, sample(2))
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	mustOrder(t, sqlitePlace{other}.open(t), sample(2).Key)
}

// TestLargerFileCopiedOver: cp of a file that is no smaller is noticed by its number.
func TestLargerFileCopiedOver(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger.db")
	l := sqlitePlace{path}.open(t)
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	// Not closed before the ledger: that would end SQLite's locks in this process.
	t.Cleanup(func() { _ = file.Close() })
	if _, err := file.WriteAt(backupOfAnother(t), 0); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() bool { return errors.Is(l.Ping(t.Context()), ledger.ErrFileGone) })
}
