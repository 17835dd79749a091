package ledger_test

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/tests/pgtest"
)

// gate holds up whoever claims notifications, after its statement has taken its
// snapshot and before it locks a row, for as long as somebody else holds the
// advisory lock 1.
const gate = `
	CREATE FUNCTION pass() RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$ BEGIN
		IF current_query() LIKE '%FOR UPDATE%' THEN PERFORM pg_advisory_xact_lock_shared(1); END IF;
		RETURN true;
	END $$;
	ALTER TABLE notifications RENAME TO kept;
	CREATE VIEW notifications AS SELECT * FROM kept WHERE pass()`

// TestPostgresClaimTellsTheFreshFence lets another bridge claim a notification and
// give it back while a claim is under way: that claim must return the fence and
// the attempts that it has locked, not those it saw when it began.
func TestPostgresClaimTellsTheFreshFence(t *testing.T) {
	t.Parallel()
	p := postgresPlace{dsn: pgtest.Database(t), well: true}
	l := p.open(t)
	pay(t, l, sample(1), noon)
	other := p.transaction(t, gate)
	commit(t, other)
	other = p.transaction(t, `SELECT pg_advisory_xact_lock(1)`)
	claimed := make(chan []ledger.Delivery, 1)
	go func() {
		list, err := l.ClaimNotifications(t.Context(), noon, time.Minute, room(1))
		if err != nil {
			t.Errorf("claiming: %v", err)
		}
		claimed <- list
	}()
	awaitOne(t, l, `SELECT count(*)::text FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
		AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`)
	if _, err := other.ExecContext(t.Context(), `UPDATE kept SET claim = claim + 6, attempts = attempts + 3`); err != nil {
		t.Fatal(err)
	}
	commit(t, other)

	list := <-claimed
	if len(list) != 1 {
		t.Fatalf("claimed %+v", list)
	}
	d := list[0].Notification
	if d.Claim != 7 || d.Attempts != 3 {
		t.Errorf("claim %d after %d attempts, want 7 after 3", d.Claim, d.Attempts)
	}
	if err := l.Finish(t.Context(), d, ledger.Attempt{At: noon}, ledger.Delivered, time.Time{}); err != nil {
		t.Errorf("finishing: %v", err)
	}
}

// TestPostgresClaimsPassLockedRows holds the row of one order and of one
// notification: claims take the others and wait for nobody.
func TestPostgresClaimsPassLockedRows(t *testing.T) {
	t.Parallel()
	p := postgresPlace{dsn: pgtest.Database(t), well: true}
	l := p.open(t)
	for i := range 3 {
		pay(t, l, sample(i), noon)
		mustBegin(t, l, sample(10+i))
	}
	holder := p.transaction(t, `SELECT 1 FROM orders WHERE order_id = '`+sample(10).OrderID+`' FOR UPDATE`)
	if _, err := holder.ExecContext(t.Context(),
		`SELECT 1 FROM notifications WHERE order_id = $1 FOR UPDATE`, sample(0).OrderID); err != nil {
		t.Fatal(err)
	}
	orders := mustClaimOrders(t, l, after(time.Hour), 10)
	if len(orders) != 2 || orders[0].Key == sample(10).Key || orders[1].Key == sample(10).Key {
		t.Errorf("claimed %+v, want orders 11 and 12", orders)
	}
	deliveries := mustClaim(t, l, after(time.Hour), 10)
	if len(deliveries) != 2 || deliveries[0].Key == sample(0).Key || deliveries[1].Key == sample(0).Key {
		t.Errorf("claimed %+v, want the notifications of orders 1 and 2", deliveries)
	}
}

// transaction begins one on a connection of its own, as another bridge would.
func (p postgresPlace) transaction(t *testing.T, first string) *sql.Tx {
	t.Helper()
	db, err := sql.Open("pgx", p.dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	transaction, err := db.BeginTx(context.WithoutCancel(t.Context()), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = transaction.Rollback() })
	if _, err := transaction.ExecContext(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	return transaction
}

func commit(t *testing.T, transaction *sql.Tx) {
	t.Helper()
	if err := transaction.Commit(); err != nil {
		t.Fatal(err)
	}
}

// awaitOne returns when a query of a count finds one.
func awaitOne(t *testing.T, l *ledger.Ledger, query string) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	patience := time.NewTimer(time.Minute)
	defer patience.Stop()
	for {
		got, err := ledger.Text(t.Context(), l, query)
		if err != nil {
			t.Fatal(err)
		}
		if got == "1" {
			return
		}
		select {
		case <-tick.C:
		case <-patience.C:
			t.Fatalf("still %s, want 1: %s", got, query)
		}
	}
}
