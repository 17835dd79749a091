package ledger_test

import (
	"context"
	"database/sql"
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
	other, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	for _, table := range []string{"orders", "notifications", "events"} {
		session, err := other.Begin()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := session.Exec(`LOCK TABLE ` + table + ` IN ACCESS EXCLUSIVE MODE`); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		wantError(t, l.Ping(ctx), ledger.ErrUnavailable)
		cancel()
		if err := session.Rollback(); err != nil {
			t.Fatal(err)
		}
		if err := l.Ping(t.Context()); err != nil {
			t.Errorf("with %s free again: %v", table, err)
		}
	}
}
