package ledger_test

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// firstSchema is what a program of schema version 1 wrote: three paid orders with
// notifications that wait, are delivered, and are withheld because the payment was
// given back; and an order in WeChat.
const firstSchema = `
	INSERT INTO orders VALUES
		('1', 'A', 'Q1', 'N1', 'F1', 'G', '%[1]s', 'WxCode', 100, 'https://one.example/n', '', '', '', 'paid',
			'weixin://1', '', '', '', %[2]d, 0, 0, 0, 0, 0, 0, 1),
		('2', 'A', 'Q2', 'N2', 'F2', 'G', '%[1]s', 'WxCode', 100, 'https://two.example/n', '', '', '', 'paid',
			'weixin://1', '', '', '', %[2]d, 0, 0, 0, 0, 0, 0, 1),
		('3', 'B', 'Q3', 'N3', 'F3', 'G', '%[1]s', 'WxCode', 100, 'https://one.example/n', '', '', '', 'refunded',
			'', '', '', 'R3', %[2]d, 0, 0, 0, 0, 0, 0, 1),
		('4', 'B', 'Q4', 'N4', 'F4', 'G', '%[1]s', 'WxJsApi', 100, '', '', 'payer', '', 'pending',
			'PayId4', '', '', '', %[2]d, 0, 0, 0, 0, %[2]d, 0, 1);
	INSERT INTO notifications VALUES
		('1', 'A', 'one.example', 'waiting', 0, %[2]d, %[2]d, %[2]d, 0),
		('2', 'A', 'two.example', 'delivered', 1, %[2]d, 0, 0, 1),
		('3', 'B', 'one.example', 'paused', 1, %[2]d, 0, 0, 1);
	INSERT INTO attempts VALUES ('2', 'A', 1, %[2]d, 250, 200, 'ok', '0000');
	INSERT INTO events VALUES ('1', 'A', %[2]d, 'X', 'late', 'query', 'pending, order is paid');`

// TestMigratesFromTheFirstSchema opens a ledger that the first version of the
// program has filled.
func TestMigratesFromTheFirstSchema(t *testing.T) {
	t.Parallel()
	for _, store := range stores {
		t.Run(store.name, func(t *testing.T) {
			t.Parallel()
			p := store.make(t)
			db, err := old(t, p)
			if err != nil {
				t.Fatal(err)
			}
			fingerprint := strings.Repeat("0a", 32)
			_, err = db.ExecContext(t.Context(), fmt.Sprintf(firstSchema, fingerprint, noon.UnixMilli()))
			if err := errors.Join(err, db.Close()); err != nil {
				t.Fatal(err)
			}
			l := p.open(t)
			checkMigrated(t, l)
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			mustOrder(t, p.open(t), sample(1).Key) // nothing is left to migrate
		})
	}
}

// smallHistory is as many rows as are moved.
const smallHistory = 100_000

// TestLongHistoryStaysWhereItIs opens ledgers of the first version with a short history and
// with one that would take long to move: both work, and the long one is left as it is.
func TestLongHistoryStaysWhereItIs(t *testing.T) {
	t.Parallel()
	for rows, moved := range map[int]bool{smallHistory: true, smallHistory + 1: false} {
		t.Run(strconv.Itoa(rows), func(t *testing.T) {
			t.Parallel()
			l := openWithHistory(t, rows)
			wantMoved(t, l, moved)
			checkMigrated(t, l)
		})
	}
}

// openWithHistory opens a file of the first version with so many events and attempts.
func openWithHistory(t *testing.T, rows int) *ledger.Ledger {
	t.Helper()
	p := stores[0].make(t)
	fillHistory(t, p, rows)
	return p.open(t)
}

func fillHistory(t *testing.T, p place, rows int) {
	t.Helper()
	db, err := old(t, p)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.ExecContext(t.Context(), fmt.Sprintf(firstSchema+`
		WITH RECURSIVE n (i) AS (SELECT 3 UNION ALL SELECT i + 1 FROM n WHERE i < %[3]d)
		INSERT INTO events SELECT 'E' || i, 'A', i, 'X', 'late', 'query', '' FROM n`,
		strings.Repeat("0a", 32), noon.UnixMilli(), rows))
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

func wantMoved(t *testing.T, l *ledger.Ledger, moved bool) {
	t.Helper()
	form, err := ledger.Text(t.Context(), l, `SELECT sql FROM sqlite_master WHERE name = 'events'`)
	if err != nil || strings.Contains(form, "WITHOUT ROWID") != moved {
		t.Errorf("events are in %s, %v", form, err)
	}
}

// TestDamagedHistoryStaysWhereItIs damages a page of events before the ledger is migrated:
// it opens, and what can be read is there.
func TestDamagedHistoryStaysWhereItIs(t *testing.T) {
	t.Parallel()
	p := stores[0].make(t).(sqlitePlace)
	fillHistory(t, p, 5000)
	content, err := os.ReadFile(p.path)
	if err != nil {
		t.Fatal(err)
	}
	const page = 4096
	row := bytes.Index(content, []byte("E2500A\x09\xc4Xlatequery")) // a table has them so, an index only the key
	clear(content[row/page*page : (row/page+1)*page])
	if err := os.WriteFile(p.path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	l := p.open(t)
	wantMoved(t, l, false)
	checkMigrated(t, l)
}

// old makes a ledger of the first schema version.
func old(t *testing.T, p place) (*sql.DB, error) {
	t.Helper()
	const first = 1
	if file, ok := p.(sqlitePlace); ok {
		return ledger.OldSQLite(t.Context(), file.path, first)
	}
	return ledger.OldPostgres(t.Context(), p.(postgresPlace).dsn, first)
}

func checkMigrated(t *testing.T, l *ledger.Ledger) {
	one, three := ledger.Key{MerID: "A", OrderID: "1"}, ledger.Key{MerID: "B", OrderID: "3"}
	if n := mustNotification(t, l, three); n.State != ledger.Withheld {
		t.Errorf("what was kept back is %s", n.State)
	}
	wantError(t, l.Resend(t.Context(), three, noon, because), ledger.ErrNotFound)
	if g := mustGauge(t, l, after(time.Hour)); g.Withheld != 1 || g.Paused != 0 || g.Waiting != 1 ||
		g.Orders[translate.Pending].Count != 1 {
		t.Errorf("gauges are %+v", g)
	}
	if had, err := l.HasBackURLHost(t.Context(), "A", "two.example"); err != nil || !had {
		t.Errorf("host of an earlier notification: %v, %v", had, err)
	}
	if o, err := l.OrderByPayID(t.Context(), "PayId4"); err != nil || o.OrderID != "4" || o.PayData != "" || o.Trace != "" || o.FormAction != "" {
		t.Errorf("by PayId: %+v, %v", o, err)
	}
	if o := mustOrder(t, l, one); o.PayID != "" || o.FormAction != "weixin://1" {
		t.Errorf("a code that is scanned: %+v", o)
	}
	if got := timeline(t, l, one); !slices.Equal(got, []string{"0s late query pending, order is paid"}) {
		t.Errorf("timeline is %q", got)
	}
	attempts, err := l.Attempts(t.Context(), ledger.Key{MerID: "A", OrderID: "2"})
	if err != nil || len(attempts.Items) != 1 || attempts.Items[0].Class != "ok" || attempts.Items[0].Excerpt != "0000" || attempts.Items[0].Cause != "" {
		t.Errorf("attempts are %+v, %v", attempts, err)
	}
	mustPause(t, l, "A")
	if got := mustClaim(t, l, noon, 10); len(got) != 0 {
		t.Errorf("claimed %+v", got)
	}
	mustResume(t, l, "A", noon, 1)
	mustFinish(t, l, mustClaim(t, l, noon, 10)[0].Notification, ledger.Delivered, time.Time{})
	pay(t, l, sample(1), noon)
}
