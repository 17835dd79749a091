package ledger_test

import (
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/tests/pgtest"
)

// holds makes whoever does something to a table wait for as long as somebody else holds
// the advisory lock 1.
func holds(when, table string) string {
	return `CREATE FUNCTION pass() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
			PERFORM pg_advisory_xact_lock_shared(1);
			IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
			RETURN NEW;
		END $$;
		CREATE TRIGGER gate BEFORE ` + when + ` ON ` + table + ` FOR EACH ROW EXECUTE FUNCTION pass()`
}

const (
	advisoryWaits = `SELECT count(*)::text FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
		AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`
	// lockWaits counts those who wait for a row of another transaction.
	lockWaits = `SELECT count(*)::text FROM pg_stat_activity WHERE datname = current_database()
		AND wait_event_type = 'Lock' AND wait_event = 'transactionid'`
)

// TestPostgresPurgeAndResend has an operator send a notification again that a purge is
// about to forget. Whoever comes first has it: a notification that waits is not deleted,
// and of one that is purged nobody is told that it is sent.
func TestPostgresPurgeAndResend(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		when, table string // what is held up in the middle
		purgeFirst  bool
		purged      int
		resent      error
	}{
		"purge first":  {"DELETE", "attempts", true, 1, ledger.ErrNotFound},
		"resend first": {"INSERT", "changes", false, 0, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := postgresPlace{dsn: pgtest.Database(t), well: true}
			l := inAYear(t, p)
			pay(t, l, sample(0), noon)
			mustFinish(t, l, mustClaim(t, l, noon, 1)[0].Notification, ledger.AlreadyCredited, time.Time{})
			walk, found := purgeable(t, l)
			commit(t, p.transaction(t, holds(c.when, c.table)))
			holder := p.transaction(t, `SELECT pg_advisory_xact_lock(1)`)
			purged, resent := make(chan int, 1), make(chan error, 1)
			purge := func() {
				n, err := walk.Purge(t.Context(), found)
				if err != nil {
					t.Errorf("purging: %v", err)
				}
				purged <- n
			}
			resend := func() { resent <- l.Resend(t.Context(), sample(0).Key, after(aYear), because) }
			first, second := resend, purge
			if c.purgeFirst {
				first, second = purge, resend
			}
			go first()
			awaitOne(t, l, advisoryWaits)
			go second()
			awaitOne(t, l, lockWaits)
			commit(t, holder)
			if n := <-purged; n != c.purged {
				t.Errorf("purged %d, want %d", n, c.purged)
			}
			wantError(t, <-resent, c.resent)
			if n := countRows(t, l, "notifications", "state = 'waiting'"); n != 1-c.purged {
				t.Errorf("%d notifications wait", n)
			}
		})
	}
}
