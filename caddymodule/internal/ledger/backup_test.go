package ledger_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/tests/pgtest"
)

// TestBackup copies a ledger while orders are being begun. The copy has all that
// was committed before it was asked for, opens as a ledger, and is independent.
func TestBackup(t *testing.T) {
	t.Parallel()
	const before = 300
	folder := t.TempDir()
	l := sqlitePlace{filepath.Join(folder, "ledger.db")}.open(t)
	beginMany(t, l, before)
	pay(t, l, sample(before), noon)

	path := filepath.Join(folder, "copy #1.db")
	var done atomic.Bool
	started, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for n := before + 1; !done.Load(); n++ {
			if _, _, err := l.Begin(context.WithoutCancel(t.Context()), sample(n)); err != nil {
				t.Error(err)
			}
			if n == before+1 {
				close(started)
			}
		}
	}()
	<-started
	if err := l.Backup(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	done.Store(true)
	<-ended
	wantPrivate(t, path)
	names, err := filepath.Glob(path + "*")
	if err != nil || len(names) != 1 {
		t.Errorf("beside the copy there are %v, %v", names, err)
	}

	copied := sqlitePlace{path}.open(t)
	for i := range before + 1 {
		if got, want := mustOrder(t, copied, sample(i).Key), mustOrder(t, l, sample(i).Key); got != want {
			t.Errorf("copied\n%+v\nwant\n%+v", got, want)
		}
	}
	if got := mustClaim(t, copied, noon, 1); len(got) != 1 {
		t.Errorf("claimed %+v", got)
	}
	mustBegin(t, copied, sample(1_000_000))
	_, err = l.Order(t.Context(), sample(1_000_000).Key)
	wantError(t, err, ledger.ErrNotFound)
}

func wantPrivate(t *testing.T, path string) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); mode != 0o600 {
		t.Errorf("%s has mode %o", path, mode)
	}
}

// TestBackupRefuses never writes over anything and leaves nothing behind.
func TestBackupRefuses(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	l := sqlitePlace{filepath.Join(folder, "ledger.db")}.open(t)
	mustBegin(t, l, sample(1))
	backups := filepath.Join(folder, "backups")
	existing, link := filepath.Join(backups, "existing"), filepath.Join(backups, "link")
	if err := errors.Join(
		os.Mkdir(backups, 0o700), os.WriteFile(existing, nil, 0o600), os.Symlink("nowhere", link),
	); err != nil {
		t.Fatal(err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range []struct {
		name, path string
		ctx        context.Context
		want       error
	}{
		{"existing", existing, t.Context(), fs.ErrExist},
		{"dangling link", link, t.Context(), fs.ErrExist},
		{"folder", backups, t.Context(), fs.ErrExist},
		{"itself", filepath.Join(folder, "ledger.db"), t.Context(), fs.ErrExist},
		{"no folder", filepath.Join(folder, "missing", "copy"), t.Context(), fs.ErrNotExist},
		{"hung up", filepath.Join(backups, "copy"), gone, context.Canceled},
	} {
		wantError(t, l.Backup(c.ctx, c.path), c.want)
	}
	entries, err := os.ReadDir(backups)
	if err != nil || len(entries) != 2 {
		t.Errorf("the folder holds %v, %v", entries, err)
	}
	if content, err := os.ReadFile(existing); err != nil || len(content) != 0 {
		t.Errorf("the existing file is %q, %v", content, err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	wantError(t, l.Backup(t.Context(), filepath.Join(backups, "copy")), ledger.ErrClosed)
}

func TestBackupOfPostgres(t *testing.T) {
	t.Parallel()
	l := postgresPlace{dsn: pgtest.Database(t), well: true}.open(t)
	wantError(t, l.Backup(t.Context(), filepath.Join(t.TempDir(), "copy")), ledger.ErrUnsupported)
}
