package ledger

import (
	"path/filepath"
	"testing"

	"go.uber.org/zap"
)

// TestPanicOfTheWriter: a bug between the functions that are committed, on the writer's own
// goroutine, fails this commit. The ledger goes on with the next.
func TestPanicOfTheWriter(t *testing.T) {
	t.Parallel()
	l, err := OpenSQLite(t.Context(), filepath.Join(t.TempDir(), "ledger.db"), WithLogger(zap.NewNop()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	store, ok := l.store.(*sqliteStore)
	if !ok {
		t.Fatalf("the store is a %T", l.store)
	}
	there, bug := store.writer.there, true
	store.writer.there = func() error {
		if bug {
			bug = false
			panic("a bug")
		}
		return there()
	}
	if err := l.Ping(t.Context()); err == nil {
		t.Error("what was not committed passes for durable")
	}
	if err := l.Ping(t.Context()); err != nil {
		t.Errorf("after the bug: %v", err)
	}
}
