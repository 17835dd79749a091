package ledger_test

import (
	"bytes"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// TestConnectionsGoToTheRightFile: between somebody's moving the file and the bridge's
// noticing it, connections may be wanted. None is made to what is there then, nothing is
// made there, and the log stays; so once the file is back, all goes on.
func TestConnectionsGoToTheRightFile(t *testing.T) {
	t.Parallel()
	for name, put := range map[string]func(*testing.T, string){
		"nothing": func(*testing.T, string) {},
		"an empty file": func(t *testing.T, path string) {
			t.Helper()
			putFile(t, path, nil)
		},
		"another ledger": func(t *testing.T, path string) {
			t.Helper()
			putFile(t, path, backupOfAnother(t))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "ledger.db")
			l := sqlitePlace{path}.open(t)
			o := mustBegin(t, l, sample(1))
			log := sizeOf(t, path+"-wal")
			other := path + ".other" // made before: nothing of the time between is wasted
			put(t, other)

			rename(t, path, path+".aside")
			if name != "nothing" {
				rename(t, other, path)
			}
			var readers sync.WaitGroup
			for range 30 { // more than there are connections
				readers.Go(func() { _, _ = l.Order(t.Context(), o.Key) })
			}
			readers.Wait()
			copied := path + ".backup"
			wantError(t, l.Backup(t.Context(), copied), ledger.ErrFileGone)
			wantNone(t, copied)
			if name == "nothing" {
				wantNone(t, path)
			}
			if now := sizeOf(t, path+"-wal"); now != log {
				t.Errorf("the log has %d bytes, and had %d", now, log)
			}

			rename(t, path+".aside", path)
			if err := l.Ping(t.Context()); err != nil {
				t.Fatalf("back at its path: %v", err)
			}
			for range 30 {
				readers.Go(func() {
					if got, err := l.Order(t.Context(), o.Key); err != nil || got != o {
						t.Errorf("the order is %+v, %v", got, err)
					}
				})
			}
			readers.Wait()
		})
	}
}

// TestFileIsSwappedWhileConnecting: what takes the file's place after it was looked at,
// and before SQLite has opened it, is not read: the log is not taken for its own.
func TestFileIsSwappedWhileConnecting(t *testing.T) {
	t.Parallel()
	for name, other := range map[string][]byte{
		"another ledger": backupOfAnother(t), "an empty file": {}, "nothing": nil,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "ledger.db")
			l := sqlitePlace{path}.open(t)
			o := mustBegin(t, l, sample(1))
			log := sizeOf(t, path+"-wal")
			err := ledger.Connect(t.Context(), l, func() {
				rename(t, path, path+".aside")
				if other != nil {
					putFile(t, path, other)
				}
			})
			wantError(t, err, ledger.ErrFileGone)
			wantError(t, err, ledger.ErrUnavailable)
			if now := sizeOf(t, path+"-wal"); now != log {
				t.Errorf("the log has %d bytes, and had %d", now, log)
			}
			if other == nil {
				wantNone(t, path)
			} else if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, other) {
				t.Errorf("the other file was changed, %v", err)
			}

			rename(t, path+".aside", path)
			if err := errors.Join(l.Ping(t.Context()), l.Close()); err != nil {
				t.Fatalf("back at its path: %v", err)
			}
			if got := mustOrder(t, sqlitePlace{path}.open(t), o.Key); got != o {
				t.Errorf("the order is %+v", got)
			}
		})
	}
}

// TestFileIsReplacedWhileOpening: a start that has waited for a foreign program finds
// another file at the path. It is not opened, and what was there is as it was.
func TestFileIsReplacedWhileOpening(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger.db")
	l := sqlitePlace{path}.open(t)
	mustBegin(t, l, sample(1))
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(t.Context(), "PRAGMA locking_mode = exclusive; BEGIN EXCLUSIVE"); err != nil {
		t.Fatal(err)
	}
	opened := make(chan error)
	go func() {
		l, err := ledger.OpenSQLite(t.Context(), path, ledger.WithBusyTimeout(time.Minute))
		if err == nil {
			_ = l.Close()
		}
		opened <- err
	}()
	eventually(t, func() bool { // it is at the file
		lock, err := os.ReadFile(path + ".lock")
		return err == nil && ledger.Held(path) && len(lock) > 0
	})
	rename(t, path, path+".aside")
	putFile(t, path, backupOfAnother(t))
	if _, err := db.ExecContext(t.Context(), "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	wantError(t, <-opened, ledger.ErrFileGone)
	rename(t, path+".aside", path)
	mustOrder(t, sqlitePlace{path}.open(t), sample(1).Key)
}

// TestLogWithoutItsFile: a start beside the log of a ledger whose file is missing or
// empty is refused, for SQLite would delete the log. A restore keeps the log aside: it
// would be read into the restored file.
func TestLogWithoutItsFile(t *testing.T) {
	t.Parallel()
	for name, lose := range map[string]func(*testing.T, string){
		"missing": func(t *testing.T, path string) {
			t.Helper()
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		},
		"empty": func(t *testing.T, path string) {
			t.Helper()
			putFile(t, path, nil)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "ledger.db")
			killed(t, path, sample(1))
			file := path + ".kept"
			rename(t, path, file)
			putFile(t, path, []byte("to be lost"))
			lose(t, path)
			log := sizeOf(t, path+"-wal")

			_, err := ledger.OpenSQLite(t.Context(), path)
			wantError(t, err, ledger.ErrFileGone)
			if name == "missing" {
				wantNone(t, path)
			}
			if now := sizeOf(t, path+"-wal"); now != log {
				t.Errorf("the log has %d bytes, and had %d", now, log)
			}

			backup := filepath.Join(t.TempDir(), "backup.db")
			putFile(t, backup, backupOfAnother(t))
			done, err := ledger.Restore(t.Context(), backup, path, noon)
			if err != nil || done.Orders != 1 {
				t.Fatalf("restored: %+v, %v", done, err)
			}
			if now := sizeOf(t, done.Log); now != log {
				t.Errorf("the log was put aside with %d bytes, and had %d", now, log)
			}
			restored := sqlitePlace{path}.open(t)
			mustOrder(t, restored, sample(7).Key)
			_, err = restored.Order(t.Context(), sample(1).Key)
			wantError(t, err, ledger.ErrNotFound)

			if name == "missing" && done.Aside != "" {
				t.Errorf("a file was put aside as %s", done.Aside)
			}
			rename(t, done.Log, file+"-wal") // nothing is lost: the file is found again
			mustOrder(t, sqlitePlace{file}.open(t), sample(1).Key)
		})
	}
}

// TestLedgerIsNotBegunAnew: after a stop, which leaves no log, the lock remembers that there
// was a ledger. With an empty one its orders would be taken for new, and be paid for twice.
func TestLedgerIsNotBegunAnew(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger.db")
	l := sqlitePlace{path}.open(t)
	mustBegin(t, l, sample(1))
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	rename(t, path, path+".aside")
	for range 2 {
		_, err := ledger.OpenSQLite(t.Context(), path)
		wantError(t, err, ledger.ErrFileGone)
		wantNone(t, path)
	}
	putFile(t, path, nil)
	_, err := ledger.OpenSQLite(t.Context(), path)
	wantError(t, err, ledger.ErrFileGone)

	// A kill while the lock is written leaves the end of what a process of a longer number wrote.
	putFile(t, path+".lock", []byte("1\nledger\ner\n"))
	_, err = ledger.OpenSQLite(t.Context(), path)
	wantError(t, err, ledger.ErrFileGone)

	rename(t, path+".aside", path)
	l = sqlitePlace{path}.open(t)
	mustOrder(t, l, sample(1).Key)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{path, path + ".lock"} { // on purpose
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
	_, err = sqlitePlace{path}.open(t).Order(t.Context(), sample(1).Key)
	wantError(t, err, ledger.ErrNotFound)
}

// killed leaves at path what a kill leaves of a ledger with an order in its log, but for
// the lock.
func killed(t *testing.T, path string, o ledger.Order) {
	t.Helper()
	living := filepath.Join(t.TempDir(), "ledger.db")
	mustBegin(t, sqlitePlace{living}.open(t), o)
	copyFiles(t, living, path, "", "-wal")
}

// copyFiles copies what is beside one name, by their suffixes, to another.
func copyFiles(t *testing.T, from, to string, suffixes ...string) {
	t.Helper()
	for _, suffix := range suffixes {
		data, err := os.ReadFile(from + suffix)
		if err != nil {
			t.Fatal(err)
		}
		putFile(t, to+suffix, data)
	}
}

// backupOfAnother returns the backup of a ledger with one other order.
func backupOfAnother(t *testing.T) []byte {
	t.Helper()
	folder := t.TempDir()
	l := sqlitePlace{filepath.Join(folder, "another.db")}.open(t)
	mustBegin(t, l, sample(7))
	backup := filepath.Join(folder, "backup.db")
	if err := l.Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(backup)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func putFile(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func sizeOf(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

func wantNone(t *testing.T, path string) {
	t.Helper()
	if _, err := os.Lstat(path); !os.IsNotExist(err) {
		t.Errorf("%s is there: %v", path, err)
	}
}

// TestFirstStartKilled: a first start that is killed while it marks the file leaves the mark,
// and a journal that takes it back. The next start makes a ledger that is known as one.
func TestFirstStartKilled(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger.db")
	marked, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := marked.ExecContext(t.Context(), `PRAGMA application_id = 1346530407`); err != nil {
		t.Fatal(err)
	}
	if err := marked.Close(); err != nil {
		t.Fatal(err)
	}
	putFile(t, path+"-journal", hotJournal(t, "PRAGMA cache_size = 2"))
	for n := range 2 {
		l := sqlitePlace{path}.open(t)
		mustBegin(t, l, sample(n))
		mustOrder(t, l, sample(0).Key)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
