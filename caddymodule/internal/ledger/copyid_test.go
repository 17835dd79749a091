package ledger_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// besideABackup leaves what is found after somebody has put a backup into the place of a
// ledger under a running bridge, and then has stopped the bridge: beside the backup is the
// log of the ledger, whose file is elsewhere, with an order that is in no other place.
func besideABackup(t *testing.T) (path, file string, log, backup []byte) {
	t.Helper()
	folder := t.TempDir()
	path, file = filepath.Join(folder, "ledger.db"), filepath.Join(folder, "old.db")
	l := sqlitePlace{path}.open(t)
	beginMany(t, l, 300)
	copied := filepath.Join(folder, "backup.db")
	if err := l.Backup(t.Context(), copied); err != nil {
		t.Fatal(err)
	}
	mustBegin(t, l, sample(300))
	rename(t, path, file)
	rename(t, copied, path)
	wantError(t, l.Ping(t.Context()), ledger.ErrFileGone)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	log, err := os.ReadFile(path + "-wal")
	if err != nil || len(log) == 0 {
		t.Fatalf("the log has %d bytes, %v", len(log), err)
	}
	backup, err = os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return path, file, log, backup
}

func wantContent(t *testing.T, path string, want []byte) {
	t.Helper()
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s was changed, %v", path, err)
	}
}

// TestLogOfAnotherFile: a start beside it is refused and changes nothing, and when the
// file is put back that the log belongs to, everything is there.
func TestLogOfAnotherFile(t *testing.T) {
	t.Parallel()
	path, file, log, backup := besideABackup(t)
	for range 2 {
		_, err := ledger.OpenSQLite(t.Context(), path)
		wantError(t, err, ledger.ErrFileGone)
		wantContent(t, path, backup)
		wantContent(t, path+"-wal", log)
	}
	rename(t, path, path+".wrong")
	rename(t, file, path)
	mustOrder(t, sqlitePlace{path}.open(t), sample(300).Key)
}

// TestRestoreBesideTheLogOfAnotherFile: the log is read into no file, and kept apart from
// the one it was beside.
func TestRestoreBesideTheLogOfAnotherFile(t *testing.T) {
	t.Parallel()
	path, file, log, backup := besideABackup(t)
	copied := filepath.Join(t.TempDir(), "backup.db")
	putFile(t, copied, backup)
	done, err := ledger.Restore(t.Context(), copied, path, noon)
	if err != nil || done.Log == "" || done.Log == done.Aside+"-wal" {
		t.Fatalf("%+v, %v", done, err)
	}
	wantContent(t, done.Aside, backup)
	wantContent(t, done.Log, log)
	l := sqlitePlace{path}.open(t)
	mustOrder(t, l, sample(299).Key)
	_, err = l.Order(t.Context(), sample(300).Key)
	wantError(t, err, ledger.ErrNotFound)

	rename(t, done.Log, file+"-wal")
	mustOrder(t, sqlitePlace{file}.open(t), sample(300).Key)
}

// copyID is the number by which a file is told from its copies.
func copyID(t *testing.T, path string) uint32 {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil || len(data) < 100 {
		t.Fatalf("%d bytes, %v", len(data), err)
	}
	return binary.BigEndian.Uint32(data[60:])
}

// TestCopiesAreOtherFiles: no backup, and nothing that was restored, is taken for the
// ledger it was copied from; the lock knows the one that was open last.
func TestCopiesAreOtherFiles(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	path, backup := filepath.Join(folder, "ledger.db"), filepath.Join(folder, "backup.db")
	l := sqlitePlace{path}.open(t)
	mustBegin(t, l, sample(1))
	if err := errors.Join(l.Backup(t.Context(), backup), l.Close()); err != nil {
		t.Fatal(err)
	}
	ids := map[uint32]bool{0: true, copyID(t, path): true, copyID(t, backup): true}
	if wantLockOf(t, path); len(ids) != 3 {
		t.Errorf("ledger and backup: %v", ids)
	}
	for range 2 {
		if _, err := ledger.Restore(t.Context(), backup, path, noon); err != nil {
			t.Fatal(err)
		}
		ids[copyID(t, path)] = true
	}
	if len(ids) != 5 {
		t.Errorf("with what was restored: %v", ids)
	}
	mustOrder(t, sqlitePlace{path}.open(t), sample(1).Key)
	wantLockOf(t, path)
}

func wantLockOf(t *testing.T, path string) {
	t.Helper()
	lock, err := os.ReadFile(path + ".lock")
	id := strconv.FormatUint(uint64(copyID(t, path)), 10)
	if words := strings.Fields(string(lock)); err != nil || len(words) < 4 || words[1] != "ledger" || words[2] != id {
		t.Errorf("the lock holds %q, %v, want %s", lock, err, id)
	}
}

// TestEarlierLedgersBecomeKnown: a ledger of an earlier version and its lock have no
// number. They are given one by the first start, also after a kill: then the number may
// be in the log alone.
func TestEarlierLedgersBecomeKnown(t *testing.T) {
	t.Parallel()
	for name, leave := range map[string]func(*testing.T, string){
		"stopped": func(t *testing.T, path string) {
			t.Helper()
			l := sqlitePlace{path}.open(t)
			mustBegin(t, l, sample(1))
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
		},
		"killed": func(t *testing.T, path string) { t.Helper(); killed(t, path, sample(1)) },
	} {
		for _, lock := range []string{"1\n", "1\nledger\n", "1\nledger 0\n"} {
			t.Run(name+" "+lock, func(t *testing.T) {
				t.Parallel()
				path := filepath.Join(t.TempDir(), "ledger.db")
				leave(t, path)
				putFile(t, path+".lock", []byte(lock))
				forgetID(t, path)
				for range 2 {
					l := sqlitePlace{path}.open(t)
					mustOrder(t, l, sample(1).Key)
					wantLockOf(t, path)
					if err := l.Close(); err != nil {
						t.Fatal(err)
					}
				}
				if copyID(t, path) == 0 {
					t.Error("it has no number")
				}
			})
		}
	}
}

// forgetID makes the file of a ledger that nobody has open one of an earlier version.
func forgetID(t *testing.T, path string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	putFile(t, path, append(append(data[:60:60], 0, 0, 0, 0), data[64:]...))
}
