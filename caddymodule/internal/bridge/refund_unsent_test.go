package bridge

import (
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// noSuchQuery is a gateway that cannot read the query of a refund: which code that has is
// not known for certain.
var noSuchQuery = fault{name: "E0000003", code: v2.RespIllegalMember}

// withRefundUnsent is a world with an order whose refund could not be sent.
func withRefundUnsent(t *testing.T) (*world, v1.PayRequest) {
	t.Helper()
	w := newWorld(t)
	p := order(v1.WxSao, 1)
	hasPaid(w, p)
	w.gateway.setScript(unsent)
	if reply := w.cancel(p); reply.RespCode != v1.CodeBusy {
		t.Fatalf("merchant hears %s", reply.RespCode)
	}
	w.wantState(p, translate.Refunding)
	return w, p
}

// TestRefundThatNeverLeft: the gateway is away when a refund is begun. It is sent when the
// gateway is back, whatever that says to a query of a refund that it cannot have.
func TestRefundThatNeverLeft(t *testing.T) {
	t.Parallel()
	for _, said := range []fault{notFound, refuses, unknown, broken, noSuchQuery, silent, html, forged, repeated} {
		t.Run(said.name, func(t *testing.T) {
			t.Parallel()
			w, p := withRefundUnsent(t)
			w.gateway.setScript(unsent, said, unsent, said)
			for range 2 { // away once more; back, and away again
				w.stepAt(p)
				w.wantState(p, translate.Refunding)
				if n := w.gateway.count(v2.TranRefund); n != 0 {
					t.Fatalf("submitted %d times", n)
				}
			}
			w.stepAt(p)
			w.wantState(p, translate.Refunded)
			if n := w.gateway.count(v2.TranRefund); n != 1 {
				t.Errorf("submitted %d times", n)
			}
		})
	}
}

// TestRefundThatNeverLeftIsRefused: nothing left before, so that the refusal is of this
// submission, and tried again as always.
func TestRefundThatNeverLeftIsRefused(t *testing.T) {
	t.Parallel()
	w, p := withRefundUnsent(t)
	w.gateway.setScript(noSuchQuery, refuses)
	w.stepAt(p)
	if o := w.wantState(p, translate.RefundFailed); o.Next.IsZero() {
		t.Error("it is not tried again")
	}
}

// TestTryOfARefundThatNeverLeft: a refund that was refused is tried again and does not leave.
// What was refused before is over: it is sent as if it had been tried a moment later.
func TestTryOfARefundThatNeverLeft(t *testing.T) {
	t.Parallel()
	c := newClock()
	w := worldAtTime(t, t.TempDir(), c, ledger.WithClock(c.now))
	p := order(v1.WxSao, 1)
	failedRefund(w, p)
	w.gateway.setScript(notFound, unsent)
	w.stepAt(p)
	w.wantState(p, translate.Refunding)
	w.gateway.setScript(noSuchQuery)
	w.stepAt(p)
	w.wantState(p, translate.Refunded)
}

// TestTryThatNeverLeftIsNotTheOneBefore: a refund has failed (33), is tried again and does not
// leave. What the gateway goes on saying is of the try before, and this one is sent.
func TestTryThatNeverLeftIsNotTheOneBefore(t *testing.T) {
	t.Parallel()
	for name, again := range map[string]func(*world, v1.PayRequest){
		"by itself": func(w *world, p v1.PayRequest) { w.stepAt(p) },
		"by hand": func(w *world, p v1.PayRequest) {
			if _, _, err := w.bridge.RetryRefund(w.tb.Context(), w.settings, key(p), ledger.Change{Who: "ann", Why: "topped up"}); err != nil {
				w.tb.Error(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClock()
			w := worldAtTime(t, t.TempDir(), c, ledger.WithClock(c.now))
			p := order(v1.WxSao, 1)
			failedRefund(w, p)
			earlier := fault{state: "11", refund: v2.RefundFailed}
			w.gateway.setScript(earlier, unsent)
			again(w, p)
			w.wantState(p, translate.Refunding)
			w.clock.advance(notFoundGrace)
			w.gateway.setScript(earlier)
			w.stepAt(p)
			w.wantState(p, translate.Refunded)
			if n := w.gateway.count(v2.TranRefund); n != 2 {
				t.Errorf("submitted %d times", n)
			}
		})
	}
}

// TestRefundThatMayHaveLeft: where a submission may have left, on record or not, only the
// gateway's word that it has no such refund has it sent once more.
func TestRefundThatMayHaveLeft(t *testing.T) {
	t.Parallel()
	for name, meet := range map[string]func(*world, v1.PayRequest, string){
		"the answer was lost": func(w *world, p v1.PayRequest, _ string) {
			w.gateway.setScript(lost)
			w.cancel(p)
		},
		"whoever began it may have sent it": func(w *world, p v1.PayRequest, _ string) {
			w.diesInRefund(p, false)
			w.gateway.setScript(unsent)
			w.stepAt(p)
		},
		"whoever sent it once more died": func(w *world, p v1.PayRequest, _ string) {
			w.gateway.setScript(unsent)
			w.cancel(p)
			w.diesResubmitting(p)
			w.gateway.setScript(unsent)
			w.stepAt(p)
		},
		"a version before this one sent it once more and died": func(w *world, p v1.PayRequest, _ string) {
			w.gateway.setScript(unsent)
			w.cancel(p)
			o := w.order(p)
			if _, err := w.ledger.TakeInHand(w.tb.Context(), o.Key, o.Claim, w.clock.now().Add(lease(w.settings))); err != nil {
				w.tb.Fatal(err)
			}
			w.gateway.setScript(unsent)
			w.stepAt(p)
		},
		"a row that cannot be read": func(w *world, p v1.PayRequest, dir string) {
			w.gateway.setScript(unsent)
			w.cancel(p)
			damage(w.tb, dir, `UPDATE events SET times = 'secret' WHERE kind = 'call' AND source = ?`, v2.TranPay)
		},
		"the gateway names a state of it": func(w *world, p v1.PayRequest, _ string) {
			w.gateway.setScript(unsent)
			w.cancel(p)
			w.gateway.chance = func() fault { return fault{state: "11", refund: "39"} }
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			w := worldAt(t, dir)
			p := order(v1.WxSao, 1)
			hasPaid(w, p)
			w.gateway.chance = func() fault { return noSuchQuery }
			meet(w, p, dir)
			before := w.gateway.count(v2.TranRefund)
			for range 10 {
				w.stepAt(p)
			}
			w.wantState(p, translate.Refunding)
			if n := w.gateway.count(v2.TranRefund); n != before {
				t.Errorf("submitted %d times more", n-before)
			}
		})
	}
}

// diesResubmitting leaves what a bridge leaves that dies after it has submitted a refund once
// more: it had taken the order in hand for it.
func (w *world) diesResubmitting(p v1.PayRequest) {
	w.tb.Helper()
	o := w.order(p)
	now := w.clock.now()
	event := ledger.Event{At: now, Kind: resubmitEvent, Source: "refund"}
	if _, err := w.ledger.TakeInHand(w.tb.Context(), o.Key, o.Claim, now.Add(lease(w.settings)), event); err != nil {
		w.tb.Fatal(err)
	}
}

// TestRefundResubmittedUnseenIsRefused: it was paid then, and the gateway refuses what is
// submitted after that. Nobody believes that it has failed.
func TestRefundResubmittedUnseenIsRefused(t *testing.T) {
	t.Parallel()
	w, p := withRefundUnsent(t)
	w.diesResubmitting(p)
	o := w.order(p)
	w.gateway.refunds[o.RefundNo] = &refunded{amount: "19.99", state: v2.RefundSuccess}
	w.gateway.setScript(unsent, refuses)
	w.stepAt(p)
	w.clock.advance(time.Second)
	w.stepAt(p) // the query is refused
	w.wantState(p, translate.Refunding)
	w.stepAt(p)
	w.wantState(p, translate.Refunded)
}
