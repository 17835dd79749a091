package ledger_test

import (
	"context"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/tests/pgtest"
)

// TestPingMeetsLockedTables: a commit elsewhere proves nothing where a table is locked that a
// payment is written to.
func TestPingMeetsLockedTables(t *testing.T) {
	t.Parallel()
	dsn := pgtest.Database(t)
	l := postgresPlace{dsn: dsn, well: true}.open(t)
	for _, table := range []string{"orders", "notifications", "events"} {
		release := pgtest.LockTable(t, dsn, table)
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		wantError(t, l.Ping(ctx), ledger.ErrUnavailable)
		cancel()
		release()
		if err := l.Ping(t.Context()); err != nil {
			t.Errorf("with %s free again: %v", table, err)
		}
	}
}
