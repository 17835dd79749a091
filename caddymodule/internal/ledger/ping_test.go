package ledger_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/tests/pgtest"
)

// TestPingMeetsNoOtherPing: a bridge that freezes in the middle of its ping holds up no
// other's.
func TestPingMeetsNoOtherPing(t *testing.T) {
	t.Parallel()
	p := postgresPlace{dsn: pgtest.Database(t), well: true}
	frozen := p.open(t)
	if err := frozen.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.transaction(t, `SELECT 1 FROM pulse WHERE id LIKE 'ping %' FOR UPDATE`)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	wantError(t, frozen.Ping(ctx), ledger.ErrUnavailable)
	if err := p.open(t).Ping(t.Context()); err != nil {
		t.Errorf("the other's ping: %v", err)
	}
}

// TestPingsOfOthersGo: the rows of processes that have ended do not stay.
func TestPingsOfOthersGo(t *testing.T) {
	t.Parallel()
	at := noon
	p := sqlitePlace{filepath.Join(t.TempDir(), "ledger.db")}
	for range 3 {
		l, err := ledger.OpenSQLite(t.Context(), p.path, ledger.WithClock(func() time.Time { return at }))
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Ping(t.Context()); err != nil {
			t.Error(err)
		}
		if n := countRows(t, l, "pulse", "id LIKE 'ping%'"); n != 1 {
			t.Errorf("%d rows of pings", n)
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		at = at.Add(25 * time.Hour)
	}
}

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
