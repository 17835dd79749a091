package bridge

import (
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// reopened is the world of a bridge that takes over from one that has ended, on a machine
// whose clock was set back before it opened the ledger.
func (w *world) reopened(dir string, setBack time.Duration) *world {
	w.tb.Helper()
	if err := w.ledger.Close(); err != nil {
		w.tb.Fatal(err)
	}
	c := newClock()
	c.advance(time.Minute - setBack)
	next := worldAtTime(w.tb, dir, c, ledger.WithClock(c.now))
	next.gateway = w.gateway
	next.reload(func(s *Settings) { s.Gateway = next.gateway })
	return next
}

// noticesClock writes down that the clock was set back, as a bridge that runs meanwhile does.
func (w *world) noticesClock(setBack time.Duration) {
	w.tb.Helper()
	if err := w.ledger.KeepClockOffset(w.tb.Context(), -setBack); err != nil {
		w.tb.Fatal(err)
	}
}

// TestRefundAfterTheClockWasSetBack: a refund was submitted by a bridge that died before
// it could write that down, and the next one goes by a clock that has been set back. What
// the gateway refuses now is no end: it has paid already.
func TestRefundAfterTheClockWasSetBack(t *testing.T) {
	t.Parallel()
	const setBack = time.Hour
	dir, p := t.TempDir(), order(v1.WxSao, 1)
	died := worldAt(t, dir)
	hasPaid(died, p)
	died.diesInRefund(p, true)
	died.noticesClock(setBack)
	wantRefundedByAsking(died.reopened(dir, setBack), p)
}

// TestRestedRefundAfterTheClockWasSetBack: a clock was 8 h ahead while a refund failed, which
// then rested. By a clock that has been set back an operator tries it again, and the bridge dies
// after it has submitted it. What the gateway refuses now is no end: it has paid already.
func TestRestedRefundAfterTheClockWasSetBack(t *testing.T) {
	t.Parallel()
	const setBack = 8 * time.Hour
	dir, p := t.TempDir(), order(v1.WxSao, 1)
	ahead := worldAt(t, dir)
	hasPaid(ahead, p)
	ahead.gateway.refundAs = v2.RefundRejected
	ahead.cancel(p)
	ahead.wantState(p, translate.RefundFailed)
	ahead.noticesClock(setBack)
	w := ahead.reopened(dir, setBack)
	now := w.clock.now()
	by := &ledger.RetryByHand{Change: ledger.Change{At: now, Who: "ann", Why: "topped up"}}
	o, err := w.ledger.RetryRefund(t.Context(), key(p), 0, now.Add(lease(w.settings)), by)
	if err != nil {
		t.Fatal(err)
	}
	w.gateway.refundBecomes(o.RefundNo, v2.RefundSuccess)
	wantRefundedByAsking(w, p)
}

// TestTakenOverFromAClockAhead: the clock was set back while no bridge ran, so that a refund
// under way has begun later than now. Whoever began it may have submitted it.
func TestTakenOverFromAClockAhead(t *testing.T) {
	t.Parallel()
	dir, p := t.TempDir(), order(v1.WxSao, 1)
	died := worldAt(t, dir)
	hasPaid(died, p)
	died.diesInRefund(p, true)
	w := died.reopened(dir, time.Hour)
	if !w.bridge.takenOver(t.Context(), w.settings, w.order(p)) {
		t.Error("the refund passes for one that nobody has submitted")
	}
}
