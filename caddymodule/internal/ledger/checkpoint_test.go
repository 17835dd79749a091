package ledger_test

import (
	"database/sql"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// What is committed comes into the ledger's file beside the commits, long before one of
// them would have to bring it there.
func TestLogIsCopiedIntoTheFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger.db")
	l, err := ledger.OpenSQLite(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	const marks = 3 * ledger.CheckpointEvery
	for i := range marks {
		mustMarkOld(t, l, sample(i).Key, noon)
	}
	for deadline := time.Now().Add(time.Minute); marksIn(copyOf(t, path)) < marks-ledger.CheckpointEvery; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the log is not copied into the file")
		}
	}
}

// Where somebody reads for long, as a backup does, the log grows; at the end it is copied
// beside the commits, and not by the first of them, for which everybody would wait.
func TestNoCommitCopiesALongLog(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger.db")
	l, err := ledger.OpenSQLite(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	copies := func(want int) {
		t.Helper()
		if pages, err := ledger.CopiesByItself(t.Context(), l); err != nil || pages != want {
			t.Errorf("the writer copies from %d pages on, %v, want %d", pages, err, want)
		}
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	n := 0
	err = ledger.BesideLongReading(t.Context(), l, func() error {
		copies(0)
		reading, err := db.BeginTx(t.Context(), nil)
		if err != nil {
			return err
		}
		defer reading.Rollback()
		if err := reading.QueryRow(`SELECT count(*) FROM orders`).Scan(new(int)); err != nil {
			return err
		}
		for size := int64(0); size < 2*ledger.OwnCheckpoint*4096; n++ {
			mustMarkOld(t, l, sample(n).Key, noon)
			info, err := os.Stat(path + "-wal")
			if err != nil {
				return err
			}
			size = info.Size()
		}
		if got := marksIn(copyOf(t, path)); got != 0 {
			t.Errorf("%d marks came into the file while somebody read what is older", got)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := marksIn(copyOf(t, path)); got < n-ledger.OwnCheckpoint {
		t.Errorf("%d of %d marks are in the file", got, n)
	}
	copies(ledger.OwnCheckpoint)
}

// marksIn counts the marks in a file; none in one that was copied half-way.
func marksIn(path string) (count int) {
	db, err := sql.Open("sqlite", path)
	if err != nil {
		return 0
	}
	defer db.Close()
	_ = db.QueryRow(`SELECT count(*) FROM old_orders`).Scan(&count)
	return count
}

// copyOf copies a ledger's file alone, without its log.
func copyOf(t *testing.T, path string) string {
	t.Helper()
	from, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	to, err := os.Create(filepath.Join(t.TempDir(), "copy.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer to.Close()
	if _, err := io.Copy(to, from); err != nil {
		t.Fatal(err)
	}
	return to.Name()
}
