package bridge

import (
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// TestRefusedRefundThatCannotBeAskedAbout: the gateway refuses a refund and says nothing that
// can be understood when it is asked about it. It is tried again all the same, under its
// number, after a few questions.
func TestRefusedRefundThatCannotBeAskedAbout(t *testing.T) {
	t.Parallel()
	for _, said := range []fault{noSuchQuery, refuses, unknown, broken, {name: "refused, state 33", code: "E1000001", refund: v2.RefundFailed}} {
		t.Run(said.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := order(v1.WxSao, 1)
			failedRefund(w, p)
			failed := w.clock.now()
			for w.gateway.count(v2.TranRefund) == 1 {
				w.wantState(p, translate.RefundFailed)
				w.gateway.setScript(said)
				w.stepAt(p)
			}
			w.wantState(p, translate.Refunded)
			if late := w.clock.now().Sub(failed) - refundRetries[0]; late > 10*time.Minute {
				t.Errorf("late by %s", late)
			}
			if n := w.gateway.count(v2.TranRefundQuery); n != retryAsks {
				t.Errorf("asked %d times, want %d", n, retryAsks)
			}
		})
	}
}

// TestTriesEndWithoutAnAnswer: the tries of a refund that cannot be asked about are counted
// like any others.
func TestTriesEndWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := order(v1.WxSao, 1)
	hasPaid(w, p)
	w.gateway.chance = func() fault { return refuses }
	w.cancel(p)
	for steps := 0; !w.wantState(p, translate.RefundFailed).Next.IsZero(); steps++ {
		if w.stepAt(p); steps > 100 {
			t.Fatal("no end")
		}
	}
	if n := w.gateway.count(v2.TranRefund); n != 1+len(refundRetries) {
		t.Errorf("submitted %d times", n)
	}
}

// TestRefusedRefundThatIsNotTried: while the gateway cannot be reached, or names a state of
// the refund that nobody knows, it is not tried again; after four days it is a person's, whom
// the log tells why.
func TestRefusedRefundThatIsNotTried(t *testing.T) {
	t.Parallel()
	for name, meet := range map[string]func(*world){
		"the gateway is away":     func(w *world) { w.gateway.chance = func() fault { return unsent } },
		"it does not answer":      func(w *world) { w.gateway.chance = func() fault { return silent } },
		"a page comes back":       func(w *world) { w.gateway.chance = func() fault { return html } },
		"it names a state":        func(w *world) { w.gateway.chance = func() fault { return fault{state: "11", refund: "39"} } },
		"its merchant is gone":    func(w *world) { w.reload(func(s *Settings) { s.Merchants = emptyRegistry() }) },
		"it names another amount": func(w *world) { w.gateway.chance = func() fault { return fault{state: "11", amount: "0.01"} } },
		"it names it beside an error": func(w *world) {
			w.gateway.chance = func() fault { return fault{code: "E1000001", refund: v2.RefundSuccess} }
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := order(v1.WxSao, 1)
			failedRefund(w, p)
			failed, submitted := w.clock.now(), w.gateway.count(v2.TranRefund)
			meet(w)
			for steps := 0; !w.wantState(p, translate.RefundFailed).Next.IsZero(); steps++ {
				if w.stepAt(p); steps > 200 {
					t.Fatal("asked without end")
				}
			}
			if n := w.gateway.count(v2.TranRefund); n != submitted {
				t.Errorf("submitted %d times more", n-submitted)
			}
			if asked := w.clock.now().Sub(failed); asked < 72*time.Hour || asked > 96*time.Hour {
				t.Errorf("asked for %s", asked)
			}
			if n := w.logs.FilterMessageSnippet("refund is not tried again by itself").FilterLevelExact(zap.ErrorLevel).Len(); n != 1 {
				t.Errorf("%d errors in the log", n)
			}
		})
	}
}
