package ledger_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// TestRestore takes a ledger back to its backup, and forward again to what was put
// aside.
func TestRestore(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	path, backup := filepath.Join(folder, "ledger.db"), filepath.Join(folder, "backup.db")
	l := sqlitePlace{path}.open(t)
	mustBegin(t, l, sample(1))
	if err := l.Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	mustBegin(t, l, sample(2))
	_, err := ledger.Restore(t.Context(), backup, path, noon)
	wantError(t, err, ledger.ErrLocked) // while a bridge has it
	if err := l.Ping(t.Context()); err != nil {
		t.Fatalf("a refused restore has harmed the ledger: %v", err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	done, err := ledger.Restore(t.Context(), backup, path, noon)
	if err != nil || done.Orders != 1 || done.Path != path || done.Aside == "" || !done.Newest.Equal(sample(1).CreatedAt) {
		t.Fatalf("%+v, %v", done, err)
	}
	back := sqlitePlace{path}.open(t)
	mustOrder(t, back, sample(1).Key)
	_, err = back.Order(t.Context(), sample(2).Key)
	wantError(t, err, ledger.ErrNotFound)
	if err := back.Close(); err != nil {
		t.Fatal(err)
	}
	mustOrder(t, sqlitePlace{done.Aside}.open(t), sample(2).Key)
	if _, err := os.Stat(backup); err != nil {
		t.Errorf("the backup is gone: %v", err)
	}
}

// TestRestoreRefuses: what is no whole ledger touches nothing.
func TestRestoreRefuses(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	path, backup := filepath.Join(folder, "ledger.db"), filepath.Join(folder, "backup.db")
	l := sqlitePlace{path}.open(t)
	for i := range 200 {
		mustBegin(t, l, sample(i))
	}
	if err := errors.Join(l.Backup(t.Context(), backup), l.Close()); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(backup)
	if err != nil {
		t.Fatal(err)
	}
	spoilt := append([]byte(nil), whole...)
	for i := len(spoilt) / 2; i < len(spoilt)/2+4096; i++ {
		spoilt[i] ^= 0x5a
	}
	for name, c := range map[string]struct {
		data []byte
		want error
	}{
		"cut short":       {whole[:len(whole)/2], ledger.ErrDamagedBackup},
		"spoilt":          {spoilt, ledger.ErrDamagedBackup},
		"empty":           {nil, ledger.ErrWrongFile},
		"something else":  {[]byte("hello, this is a text and no ledger"), ledger.ErrWrongFile},
		"another program": {append(append([]byte(nil), whole[:68]...), append([]byte{1, 2, 3, 4}, whole[72:]...)...), ledger.ErrWrongFile},
	} {
		file := filepath.Join(folder, "bad.db")
		if err := os.WriteFile(file, c.data, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := ledger.Restore(t.Context(), file, path, noon)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if _, err := ledger.Restore(t.Context(), path, path, noon); err == nil {
		t.Error("a ledger was restored from itself")
	}
	if _, err := ledger.Restore(t.Context(), filepath.Join(folder, "nothing.db"), path, noon); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a backup that is not there: %v", err)
	}
	again := sqlitePlace{path}.open(t)
	for i := range 200 {
		mustOrder(t, again, sample(i).Key)
	}
	left, err := filepath.Glob(filepath.Join(folder, "*restore*"))
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestRestoreToANewMachine: where there is no ledger yet, nothing is put aside.
func TestRestoreToANewMachine(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	l := sqlitePlace{filepath.Join(folder, "old.db")}.open(t)
	mustBegin(t, l, sample(1))
	backup := filepath.Join(folder, "backup.db")
	if err := l.Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "new.db")
	done, err := ledger.Restore(t.Context(), backup, path, time.Now())
	if err != nil || done.Aside != "" {
		t.Fatalf("%+v, %v", done, err)
	}
	mustOrder(t, sqlitePlace{path}.open(t), sample(1).Key)
}

// TestRestoreBrokenOff: between putting the log aside and the copy's taking its
// place, the power may fail. What was acknowledged is in the file by then.
func TestRestoreBrokenOff(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger.db")
	killed(t, path, sample(1))
	if _, err := ledger.PutAside(t.Context(), path, noon); err != nil {
		t.Fatal(err)
	}
	mustOrder(t, sqlitePlace{path}.open(t), sample(1).Key)
}
