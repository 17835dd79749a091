package ledger_test

import (
	"bytes"
	"context"
	"database/sql"
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

// TestRestoreBesideAJournal: a journal that somebody's program has left would be read
// into the restored file. It is put aside with the file it was beside.
func TestRestoreBesideAJournal(t *testing.T) {
	t.Parallel()
	path, backup := filepath.Join(t.TempDir(), "ledger.db"), filepath.Join(t.TempDir(), "backup.db")
	putFile(t, backup, backupOfAnother(t))
	for name, before := range map[string][]byte{"a ledger": backupOfAnother(t), "no file": nil} {
		if before == nil {
			if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
				t.Fatal(err)
			}
		} else {
			putFile(t, path, before)
		}
		journal := hotJournal(t, "CREATE TABLE a (x)")
		putFile(t, path+"-journal", journal)
		done, err := ledger.Restore(t.Context(), backup, path, noon)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		wantNone(t, path+"-journal")
		kept := done.Log
		if before != nil {
			kept = done.Aside + "-journal"
			if now, err := os.ReadFile(done.Aside); err != nil || !bytes.Equal(now, before) {
				t.Errorf("%s: what was there was changed: %v", name, err)
			}
		}
		if now, err := os.ReadFile(kept); err != nil || !bytes.Equal(now, journal) {
			t.Errorf("%s: the journal was changed: %v", name, err)
		}
		l := sqlitePlace{path}.open(t)
		mustOrder(t, l, sample(7).Key)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// hotJournal returns the journal of a transaction of another program that was killed after
// it had done something else.
func hotJournal(t *testing.T, before string) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "other.db")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	for _, text := range []string{
		"PRAGMA cache_size = 2", before, "BEGIN", "CREATE TABLE b (x)",
		"INSERT INTO b SELECT randomblob(3000) FROM pragma_function_list", // more than the cache holds, so it is on disk
	} {
		if _, err := db.ExecContext(t.Context(), text); err != nil {
			t.Fatal(err)
		}
	}
	journal, err := os.ReadFile(path + "-journal")
	if err != nil || len(journal) == 0 {
		t.Fatalf("%d bytes, %v", len(journal), err)
	}
	return journal
}

// TestRestoreKeepsEverything: nothing that was put aside is written over by what is put
// aside later, in the same second, and what is said to be kept is there.
func TestRestoreKeepsEverything(t *testing.T) {
	t.Parallel()
	path, backup := filepath.Join(t.TempDir(), "ledger.db"), filepath.Join(t.TempDir(), "backup.db")
	putFile(t, backup, backupOfAnother(t))
	kept := map[string]string{} // content by name
	for _, log := range []string{"the first log", "the second log"} {
		putFile(t, path+"-wal", []byte(log))
		done, err := ledger.Restore(t.Context(), backup, path, noon)
		if err != nil || done.Aside != "" || done.Log == "" {
			t.Fatalf("%+v, %v", done, err)
		}
		kept[done.Log] = log
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []string{"the first file", "the second file"} {
		putFile(t, path, []byte(file))
		done, err := ledger.Restore(t.Context(), backup, path, noon)
		if err != nil || done.Aside == "" || done.Log != "" {
			t.Fatalf("%+v, %v", done, err)
		}
		kept[done.Aside] = file
	}
	for name, want := range kept {
		if got, err := os.ReadFile(name); err != nil || string(got) != want {
			t.Errorf("%s holds %q, %v", name, got, err)
		}
	}
}

// TestRestoredLedgerIsNotBegunAnew: a ledger that is lost between its restore and the
// first start is missed.
func TestRestoredLedgerIsNotBegunAnew(t *testing.T) {
	t.Parallel()
	path, backup := filepath.Join(t.TempDir(), "ledger.db"), filepath.Join(t.TempDir(), "backup.db")
	putFile(t, backup, backupOfAnother(t))
	if _, err := ledger.Restore(t.Context(), backup, path, noon); err != nil {
		t.Fatal(err)
	}
	rename(t, path, path+".gone")
	_, err := ledger.OpenSQLite(t.Context(), path)
	wantError(t, err, ledger.ErrFileGone)
}

// TestRestoreBrokenOffWithALog: where the log could not be written into the file, as on a
// full disk or after Ctrl-C, the file without it is not left at the path: a start would
// take it for the whole ledger.
func TestRestoreBrokenOffWithALog(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger.db")
	killed(t, path, sample(1))
	putFile(t, path+".lock", []byte("1\nledger\n"))
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	aside, err := ledger.PutAside(cancelled, path, noon)
	if err != nil {
		t.Fatal(err)
	}
	_, err = ledger.OpenSQLite(t.Context(), path)
	wantError(t, err, ledger.ErrFileGone)
	for _, suffix := range []string{"", "-wal"} {
		rename(t, aside+suffix, path+suffix)
	}
	mustOrder(t, sqlitePlace{path}.open(t), sample(1).Key)
}

// TestRestoreOfADeadMachinesDisk: a ledger that was not stopped has its last commits in
// its log. It is restored with them, and left as it is.
func TestRestoreOfADeadMachinesDisk(t *testing.T) {
	t.Parallel()
	dead, path := filepath.Join(t.TempDir(), "ledger.db"), filepath.Join(t.TempDir(), "ledger.db")
	killed(t, dead, sample(1))
	was := map[string][]byte{}
	for _, suffix := range []string{"", "-wal"} {
		data, err := os.ReadFile(dead + suffix)
		if err != nil {
			t.Fatal(err)
		}
		was[suffix] = data
	}
	done, err := ledger.Restore(t.Context(), dead, path, noon)
	if err != nil || done.Orders != 1 {
		t.Fatalf("%+v, %v", done, err)
	}
	for suffix, data := range was {
		wantContent(t, dead+suffix, data)
	}
	mustOrder(t, sqlitePlace{path}.open(t), sample(1).Key)
	if left, err := filepath.Glob(path + ".restore-*"); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestRestoreOfALogOfAnotherFile: what is beside a backup by mistake is not read into it;
// and a ledger that a bridge has open is no backup, for file and log change as they are copied.
func TestRestoreOfALogOfAnotherFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger.db")
	wrong, _, _, _ := besideABackup(t)
	_, err := ledger.Restore(t.Context(), wrong, path, noon)
	wantError(t, err, ledger.ErrStrayLog)
	open := filepath.Join(t.TempDir(), "ledger.db")
	mustBegin(t, sqlitePlace{open}.open(t), sample(1))
	_, err = ledger.Restore(t.Context(), open, path, noon)
	wantError(t, err, ledger.ErrLocked)
	wantNone(t, path)
}
