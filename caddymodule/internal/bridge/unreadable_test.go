package bridge

import (
	"database/sql"
	"errors"
	"path/filepath"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// damage changes the file of a ledger in dir, as somebody with a shell does, and
// insists that this changes something.
func damage(tb testing.TB, dir, statement string, args ...any) {
	tb.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, "ledger.db")+"?_pragma=busy_timeout(60000)")
	must(err)
	defer db.Close()
	result, err := db.ExecContext(tb.Context(), statement, args...)
	must(err)
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		tb.Fatalf("%s changed %d rows, %v", statement, n, err)
	}
}

// TestUnreadableCallOfARefund: the event of the call by which a refund was submitted
// cannot be read. The refund is not taken for one that never left, nor does it rest
// for ever: it is submitted once more when the gateway has said for long enough that
// it has none.
func TestUnreadableCallOfARefund(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w := worldAt(t, dir)
	p := order(v1.WxSao, 1)
	hasPaid(w, p)
	w.gateway.refundAs = v2.RefundAccepted
	w.cancel(p)
	number := w.wantState(p, translate.Refunding).RefundNo
	w.gateway.mu.Lock()
	delete(w.gateway.refunds, number)
	w.gateway.mu.Unlock()
	damage(t, dir, `UPDATE events SET times = 'secret' WHERE kind = 'call' AND source = ?`, v2.TranRefund)
	first := w.clock.now()
	for range 12 {
		w.stepAt(p)
		waited := w.clock.now().Sub(first)
		if n := w.gateway.count(v2.TranRefund); n > 1 {
			if waited < notFoundGrace {
				t.Fatalf("submitted %d times within %s", n, waited)
			}
			return
		}
	}
	t.Errorf("submitted %d times in %s", w.gateway.count(v2.TranRefund), w.clock.now().Sub(first))
}

// TestUnreadableContradiction: whether a final order may be settled hangs on what
// its history says. What cannot be read may be that, and is named.
func TestUnreadableContradiction(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w := worldAt(t, dir)
	p := order(v1.WxSao, 1)
	hasPaid(w, p)
	must(w.ledger.AddEvents(t.Context(), key(p), ledger.Event{At: w.clock.now(), Kind: translate.Contradicted.String(), Source: "notice"}))
	settlement := Settlement{Key: key(p), State: translate.Paid, Who: "ann", Why: "statement", DryRun: true}
	if _, err := w.bridge.Settle(t.Context(), w.settings, settlement); err != nil {
		t.Fatalf("before: %v", err)
	}
	damage(t, dir, `UPDATE events SET at = 'secret' WHERE kind = 'contradicted'`)
	_, err := w.bridge.Settle(t.Context(), w.settings, settlement)
	var unreadable *ledger.UnreadableError
	if !errors.As(err, &unreadable) || unreadable.Kind != ledger.EventRow || unreadable.Key != key(p) {
		t.Errorf("settling says %v", err)
	}
}
