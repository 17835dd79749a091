package ledger_test

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

func openPrepared(t *testing.T) *ledger.Ledger {
	t.Helper()
	return sqlitePlace{filepath.Join(t.TempDir(), "ledger.db")}.open(t)
}

// Readers share a statement of each text, also when they come for it at once.
func TestStatementsAreShared(t *testing.T) {
	t.Parallel()
	l := openPrepared(t)
	before := ledger.KeptStatements(l)
	var all sync.WaitGroup
	for i := range 64 {
		all.Go(func() {
			want := fmt.Sprint(i)
			if got, err := ledger.Find(t.Context(), l, `SELECT $1`, want); err != nil || got != want {
				t.Errorf("found %q, %v; want %q", got, err, want)
			}
		})
	}
	all.Wait()
	if n := ledger.KeptStatements(l) - before; n != 1 {
		t.Errorf("%d statements are kept, want 1", n)
	}
}

// However many texts there are, all are answered and a bounded number is kept.
func TestStatementsAreBounded(t *testing.T) {
	t.Parallel()
	l := openPrepared(t)
	for range 2 {
		for i := range ledger.MaxStatements + 10 {
			want := fmt.Sprint(i)
			if got, err := ledger.Find(t.Context(), l, `SELECT '`+want+`'`); err != nil || got != want {
				t.Fatalf("found %q, %v; want %q", got, err, want)
			}
		}
	}
	if n := ledger.KeptStatements(l); n != ledger.MaxStatements {
		t.Errorf("%d statements are kept, want %d", n, ledger.MaxStatements)
	}
}

// A reader who gives up half-way spoils nothing for the next one.
func TestStatementsThatWereInterrupted(t *testing.T) {
	t.Parallel()
	l := openPrepared(t)
	const count = `WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < $1) SELECT CAST(max(n) AS TEXT) FROM c`
	for range 5 {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		if _, err := ledger.Find(ctx, l, count, int64(1e15)); err == nil {
			t.Error("counted for days in a moment")
		}
		cancel()
		if got, err := ledger.Find(t.Context(), l, count, int64(7)); err != nil || got != "7" {
			t.Errorf("counted to %q, %v", got, err)
		}
	}
}

// A statement that is kept sees what was committed after it was prepared, and a
// text that is none is told each time.
func TestStatementsSeeWhatIsCommitted(t *testing.T) {
	t.Parallel()
	l := openPrepared(t)
	for i := range 3 {
		if _, _, err := l.Begin(t.Context(), sample(i)); err != nil {
			t.Fatal(err)
		}
		if got, err := ledger.Find(t.Context(), l, `SELECT CAST(count(*) AS TEXT) FROM orders`); err != nil || got != fmt.Sprint(i+1) {
			t.Errorf("%s orders, %v; want %d", got, err, i+1)
		}
		if _, err := ledger.Find(t.Context(), l, `SELECT nothing`); err == nil {
			t.Error("found, though it is no statement")
		}
	}
}
