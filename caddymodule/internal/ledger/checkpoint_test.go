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
