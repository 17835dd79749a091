package ledger_test

import (
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/tests/pgtest"
)

// waiters counts those who wait for another's lock on a row in this database.
const waiters = `SELECT count(*)::text FROM pg_stat_activity
	WHERE datname = current_database() AND wait_event_type = 'Lock'`

// TestPostgresClaimSeesTheEndOfAPause lets a merchant be resumed while a claim
// that still saw the pause is under way: what it claimed is given out, because
// nobody would look for it among what was parked any more.
func TestPostgresClaimSeesTheEndOfAPause(t *testing.T) {
	t.Parallel()
	p := postgresPlace{dsn: pgtest.Database(t), well: true}
	l := p.open(t)
	pay(t, l, of("A", 0), noon)
	mustPause(t, l, "A")
	resuming := p.transaction(t, `UPDATE pauses SET resume = 1`)
	claimed := make(chan []ledger.Delivery, 1)
	go func() {
		list, err := l.ClaimNotifications(t.Context(), noon, time.Minute, room(1))
		if err != nil {
			t.Errorf("claiming: %v", err)
		}
		claimed <- list
	}()
	awaitOne(t, l, waiters)
	commit(t, resuming)
	if list := <-claimed; len(list) != 1 {
		t.Errorf("claimed %+v, want one", list)
	}
}

// TestPostgresResumeWaitsForClaims lets a claim of another bridge be parking
// something while the merchant is resumed: that is not overlooked.
func TestPostgresResumeWaitsForClaims(t *testing.T) {
	t.Parallel()
	p := postgresPlace{dsn: pgtest.Database(t), well: true}
	l := p.open(t)
	pay(t, l, of("A", 0), noon)
	mustPause(t, l, "A")
	parking := p.transaction(t, `SELECT mer_id FROM pauses FOR SHARE`)
	if _, err := parking.ExecContext(t.Context(), `UPDATE notifications SET state = 'paused'`); err != nil {
		t.Fatal(err)
	}
	resumed := make(chan int, 1)
	go func() {
		n, err := l.ResumeMerchant(t.Context(), "A", after(time.Hour), because)
		if err != nil {
			t.Errorf("resuming: %v", err)
		}
		resumed <- n
	}()
	awaitOne(t, l, waiters)
	commit(t, parking)
	if n := <-resumed; n != 1 {
		t.Errorf("resumed %d, want 1", n)
	}
	if got := mustClaim(t, l, after(time.Hour), 1); len(got) != 1 {
		t.Errorf("claimed %+v", got)
	}
}
