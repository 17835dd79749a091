package delivery

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/tests/pgtest"
	"github.com/paybridge/paybridge/translate"
)

// realLedgers opens an empty ledger of each kind, and its database beside it.
var realLedgers = []struct {
	name string
	open func(testing.TB) (*ledger.Ledger, *sql.DB)
}{
	{"sqlite", func(tb testing.TB) (*ledger.Ledger, *sql.DB) {
		path := filepath.Join(tb.TempDir(), "ledger.db")
		l, err := ledger.OpenSQLite(tb.Context(), path)
		return opened(tb, l, err, "sqlite", path)
	}},
	{"postgres", func(tb testing.TB) (*ledger.Ledger, *sql.DB) {
		dsn := pgtest.Start(tb, "shared_buffers=256MB").DSN()
		l, err := ledger.OpenPostgres(tb.Context(), dsn)
		return opened(tb, l, err, "pgx", dsn)
	}},
}

func opened(tb testing.TB, l *ledger.Ledger, err error, driver, source string) (*ledger.Ledger, *sql.DB) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = l.Close() })
	until(tb, "the ledger can be written to", func() bool { return l.Ping(tb.Context()) == nil })
	db, err := sql.Open(driver, source)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = db.Close() })
	return l, db
}

// until waits for a condition, for longer than any machine needs.
func until(tb testing.TB, what string, met func() bool) {
	tb.Helper()
	deadline := time.After(3 * time.Minute)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !met() {
		select {
		case <-tick.C:
		case <-deadline:
			tb.Fatalf("in three minutes it did not happen that %s", what)
		}
	}
}

// paid puts a paid order with its notification into a ledger.
func paid(tb testing.TB, l *ledger.Ledger, merID, number, backURL string) ledger.Key {
	tb.Helper()
	now := time.Now()
	o := ledger.Order{
		Key: ledger.Key{MerID: merID, OrderID: number}, QueryID: "H" + number, OrderNo: "N" + number, FlowNo: "F" + number,
		GatewayMerchant: "473053110001", Action: "WxCode", Amount: 1999, BackURL: backURL,
		CreatedAt: now, ExpiresAt: now.Add(time.Hour), Next: now.Add(time.Hour),
	}
	if _, _, err := l.Begin(tb.Context(), o); err != nil {
		tb.Fatal(err)
	}
	if _, _, err := l.Record(tb.Context(), o.Key, ledger.Update{State: translate.Paid, At: now}); err != nil {
		tb.Fatal(err)
	}
	return o.Key
}

// oweAtDeadHosts lets one merchant owe n notifications, each to a dead host of its
// own, that came up an hour ago.
func oweAtDeadHosts(tb testing.TB, l *ledger.Ledger, db *sql.DB, merID string, n int) {
	tb.Helper()
	paid(tb, l, merID, "dead", "http://dead.test/")
	columns := columnsOfOrders(tb, db)
	values := make([]string, len(columns))
	for i, column := range columns {
		switch values[i] = column; column {
		case "order_id", "query_id", "order_no":
			values[i] = `'dead' || i`
		case "back_url":
			values[i] = `'http://dead' || i || '.test/'`
		}
	}
	series := fmt.Sprintf(`WITH RECURSIVE series (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM series WHERE i < %d) `, n)
	for _, statement := range []string{
		series + `INSERT INTO orders (` + strings.Join(columns, ", ") + `) SELECT ` + strings.Join(values, ", ") +
			` FROM orders, series WHERE order_id = 'dead'`,
		series + `INSERT INTO notifications (order_id, mer_id, host, state, attempts, created_at, due, ready, claim)
			SELECT 'dead' || i, mer_id, 'dead' || i || '.test', state, attempts, created_at, due - 3600000, ready - 3600000, claim
			FROM notifications, series WHERE order_id = 'dead'`,
		`ANALYZE`,
	} {
		if _, err := db.ExecContext(tb.Context(), statement); err != nil {
			tb.Fatal(err)
		}
	}
}

func columnsOfOrders(tb testing.TB, db *sql.DB) []string {
	tb.Helper()
	rows, err := db.QueryContext(tb.Context(), `SELECT * FROM orders WHERE order_id = 'dead'`)
	if err != nil {
		tb.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err := errors.Join(err, rows.Err()); err != nil {
		tb.Fatal(err)
	}
	return columns
}

// The calls of dead hosts hang for ever here. So whatever is delivered did not wait
// for one of them, on either ledger and however slow the machine is.
func TestBacklogDelaysNobodyOnRealLedgers(t *testing.T) {
	t.Parallel()
	hosts := 5_000
	if testing.Short() || raceDetector {
		hosts = 1_000
	}
	for _, real := range realLedgers {
		t.Run(real.name, func(t *testing.T) {
			t.Parallel()
			l, db := real.open(t)
			oweAtDeadHosts(t, l, db, "89920001", hosts)
			network := newFakeNetwork(dead)
			d := startDispatcher(t, Config{Ledger: l, Timeout: time.Hour}, network)
			until(t, "the merchant has all its calls", func() bool { return network.underWay() == DefaultOverall/4 })
			for i := range 30 {
				merID := fmt.Sprintf("8991%04d", i%7)
				key := paid(t, l, merID, fmt.Sprintf("alive%d", i), "http://alive"+merID+".test/")
				d.Wake()
				until(t, "another's notification is delivered", func() bool {
					n, err := l.Notification(t.Context(), key)
					return err == nil && n.State == ledger.Delivered
				})
			}
			if n := network.underWay(); n != DefaultOverall/4 {
				t.Errorf("the merchant has %d calls, want its %d", n, DefaultOverall/4)
			}
			d.endCalls(errInterrupted)
			stopDispatcher(t, d)
		})
	}
}

// BenchmarkFairness tells how late others' notifications are while one merchant
// owes many to dead hosts, each of its own: the worst of fifty, in milliseconds.
func BenchmarkFairness(b *testing.B) {
	for _, real := range realLedgers {
		for _, hosts := range []int{10_000, 30_000} {
			b.Run(fmt.Sprintf("%s/hosts=%d", real.name, hosts), func(b *testing.B) {
				l, db := real.open(b)
				oweAtDeadHosts(b, l, db, "89920001", hosts)
				network := newFakeNetwork(dead)
				d := newTestDispatcher(Config{Ledger: l, Log: zap.NewNop()}, network)
				d.Start()
				until(b, "the merchant has all its calls", func() bool { return network.underWay() == DefaultOverall/4 })
				b.ResetTimer()
				var worst time.Duration
				for n := range b.N {
					for i := range 50 {
						merID := fmt.Sprintf("8991%04d", i%7)
						number := fmt.Sprintf("alive%d-%d", n, i)
						owed := time.Now()
						paid(b, l, merID, number, "http://alive"+merID+".test/")
						d.Wake()
						until(b, "another's notification is sent", func() bool { return len(network.of(number)) > 0 })
						worst = max(worst, network.of(number)[0].Sub(owed))
						time.Sleep(100 * time.Millisecond)
					}
				}
				b.ReportMetric(float64(worst.Milliseconds()), "ms-worst-lag")
				if err := d.Stop(context.Background()); err != nil {
					b.Fatal(err)
				}
			})
		}
	}
}
