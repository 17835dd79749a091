package ledger_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// contentOf reads a file.
func contentOf(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// wantRefused opens a ledger in vain, more than once, and nothing of it changes.
func wantRefused(t *testing.T, path string, want error, suffixes ...string) {
	t.Helper()
	for range 2 {
		was := map[string][]byte{}
		for _, suffix := range suffixes {
			was[suffix] = contentOf(t, path+suffix)
		}
		_, err := ledger.OpenSQLite(t.Context(), path)
		wantError(t, err, want)
		for suffix, data := range was {
			wantContent(t, path+suffix, data)
		}
	}
}

// stopped leaves at path a ledger that has begun orders and was stopped.
func stopped(t *testing.T, path string, orders ...ledger.Order) {
	t.Helper()
	l := sqlitePlace{path}.open(t)
	for _, o := range orders {
		mustBegin(t, l, o)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

// startedAgain is the path of a ledger that is open, whose second order is in its log alone.
func startedAgain(t *testing.T) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "ledger.db")
	stopped(t, path, sample(1))
	mustBegin(t, sqlitePlace{path}.open(t), sample(2))
	return path
}

// TestLogDeletedAfterAKill: the last commits are missing, and the start says so. When the log is
// put back everything is there; whoever deletes the lock goes on without.
func TestLogDeletedAfterAKill(t *testing.T) {
	t.Parallel()
	path := startedAgain(t)
	left := filepath.Join(t.TempDir(), "ledger.db")
	copyFiles(t, path, left, "", "-wal", ".lock")

	rename(t, left+"-wal", left+"-wal.away")
	wantRefused(t, left, ledger.ErrCommitsMissing, "")

	rename(t, left+"-wal.away", left+"-wal")
	l := sqlitePlace{left}.open(t)
	mustOrder(t, l, sample(2).Key)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}

	copyFiles(t, path, left, "", ".lock")
	wantRefused(t, left, ledger.ErrCommitsMissing, "")
	if err := os.Remove(left + ".lock"); err != nil {
		t.Fatal(err)
	}
	l = sqlitePlace{left}.open(t)
	mustOrder(t, l, sample(1).Key)
	_, err := l.Order(t.Context(), sample(2).Key)
	wantError(t, err, ledger.ErrNotFound)
}

// TestLogFoldedByAnotherProgram: who looks into a ledger after a kill, as with the sqlite3
// shell, writes the log into the file and deletes it. Nothing is missing then.
func TestLogFoldedByAnotherProgram(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger.db")
	living := sqlitePlace{path}.open(t)
	mustBegin(t, living, sample(1))
	left := filepath.Join(t.TempDir(), "ledger.db")
	copyFiles(t, path, left, "", "-wal", ".lock")
	other, second := ledger.PlainSQLite(left), sample(2)
	second.State = translate.Begun
	if err := errors.Join(other.Begin(t.Context(), second), other.Close()); err != nil {
		t.Fatal(err)
	}
	wantNone(t, left+"-wal")
	l := sqlitePlace{left}.open(t)
	mustOrder(t, l, sample(1).Key)
	mustOrder(t, l, sample(2).Key)
}

// TestEarlierCopyOfTheFile: a copy that was made at a stop has the number of the ledger, but
// not what was committed since. The command restores it all the same.
func TestEarlierCopyOfTheFile(t *testing.T) {
	t.Parallel()
	path, earlier := filepath.Join(t.TempDir(), "ledger.db"), filepath.Join(t.TempDir(), "copy.db")
	stopped(t, path, sample(1))
	copyFiles(t, path, earlier, "")
	stopped(t, path, sample(2))
	newest := contentOf(t, path)

	copyFiles(t, earlier, path, "")
	wantRefused(t, path, ledger.ErrCommitsMissing, "")

	putFile(t, path, newest)
	stopped(t, path)
	if done, err := ledger.Restore(t.Context(), earlier, path, noon); err != nil || done.Orders != 1 {
		t.Fatalf("%+v, %v", done, err)
	}
	l := sqlitePlace{path}.open(t)
	mustOrder(t, l, sample(1).Key)
	_, err := l.Order(t.Context(), sample(2).Key)
	wantError(t, err, ledger.ErrNotFound)
}

// TestEarlierLogIsPutBack: SQLite would write it into the file, which has newer pages. It
// is read into nothing, and a restore keeps it apart.
func TestEarlierLogIsPutBack(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	path, earlier, backup := filepath.Join(folder, "ledger.db"), filepath.Join(folder, "earlier"), filepath.Join(folder, "backup.db")
	l := sqlitePlace{path}.open(t)
	beginMany(t, l, 50)
	copyFiles(t, path, earlier, "-wal")
	mustBegin(t, l, sample(50))
	if err := errors.Join(l.Backup(t.Context(), backup), l.Close()); err != nil {
		t.Fatal(err)
	}
	copyFiles(t, earlier, path, "-wal")
	wantRefused(t, path, ledger.ErrStrayLog, "", "-wal")
	_, err := ledger.Restore(t.Context(), path, filepath.Join(folder, "new.db"), noon)
	wantError(t, err, ledger.ErrStrayLog)

	rename(t, path+"-wal", path+".away")
	l = sqlitePlace{path}.open(t)
	mustOrder(t, l, sample(50).Key)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	rename(t, path+".away", path+"-wal")
	file := contentOf(t, path)
	done, err := ledger.Restore(t.Context(), backup, path, noon)
	if err != nil || done.Log == "" || done.Log == done.Aside+"-wal" {
		t.Fatalf("%+v, %v", done, err)
	}
	wantContent(t, done.Aside, file)
	wantContent(t, done.Log, contentOf(t, earlier+"-wal"))
	mustOrder(t, sqlitePlace{path}.open(t), sample(50).Key)
}

// TestRestoreOfADeadMachinesFileWithoutItsLog: the lock beside it tells that it is not all.
func TestRestoreOfADeadMachinesFileWithoutItsLog(t *testing.T) {
	t.Parallel()
	path := startedAgain(t)
	dead, restored := filepath.Join(t.TempDir(), "ledger.db"), filepath.Join(t.TempDir(), "ledger.db")
	copyFiles(t, path, dead, "", ".lock")
	_, err := ledger.Restore(t.Context(), dead, restored, noon)
	wantError(t, err, ledger.ErrCommitsMissing)
	wantNone(t, restored)

	copyFiles(t, path, dead, "-wal")
	if done, err := ledger.Restore(t.Context(), dead, restored, noon); err != nil || done.Orders != 2 {
		t.Fatalf("%+v, %v", done, err)
	}
}

// TestNothingIsMarkedWhereNothingChanges: an idle bridge asks its ledger for work all the
// time, and its disk rests.
func TestNothingIsMarkedWhereNothingChanges(t *testing.T) {
	t.Parallel()
	l := sqlitePlace{filepath.Join(t.TempDir(), "ledger.db")}.open(t)
	mustBegin(t, l, sample(1))
	ledger.HaveMarkDue(t.Context(), l)
	first := mark(t, l)
	for range 3 {
		ledger.HaveMarkDue(t.Context(), l)
		if due := mustClaimOrders(t, l, noon, 10); len(due) != 0 {
			t.Fatalf("claimed %d orders", len(due))
		}
	}
	if got := mark(t, l); first == 0 || got != first {
		t.Errorf("the mark was %d and is %d", first, got)
	}
	mustBegin(t, l, sample(2)) // one is due since the last claim
	if got := mark(t, l); got != first+1 {
		t.Errorf("the mark was %d and is %d", first, got)
	}
}

func mark(t *testing.T, l *ledger.Ledger) int64 {
	t.Helper()
	mark, err := ledger.Mark(t.Context(), l)
	if err != nil {
		t.Fatal(err)
	}
	return mark
}
