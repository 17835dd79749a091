package bridge

import (
	"errors"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// withRefundTriedAgain is a world with a refund that has failed and is tried again; the
// gateway's books still show the first try.
func withRefundTriedAgain(t *testing.T) (*world, v1.PayRequest, ledger.Order) {
	t.Helper()
	w, p, o := withRefundAccepted(t)
	w.gateway.refundBecomes(o.RefundNo, v2.RefundFailed)
	w.stepAt(p)
	w.wantState(p, translate.RefundFailed) // nothing was tried before
	w.gateway.refundBecomes(o.RefundNo, v2.RefundAccepted)
	w.gateway.setScript(fault{state: "11", refund: v2.RefundFailed})
	if _, _, err := w.bridge.RetryRefund(t.Context(), w.settings, key(p), ledger.Change{Who: "ann", Why: "topped up"}); err != nil {
		t.Fatal(err)
	}
	o = w.wantState(p, translate.Refunding)
	w.gateway.refundBecomes(o.RefundNo, v2.RefundFailed)
	return w, p, o
}

// TestQueryOfAnEarlierTry: a refund that failed is tried again under its number. That it has
// failed may be told of the first try for a while, whoever asks. Believed, nobody would ask
// about it again while it is paid out, and its merchant would hear that the payment stands.
func TestQueryOfAnEarlierTry(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		then v2.RefundState // of the try that is under way
		want translate.State
	}{
		{"the try is done", v2.RefundSuccess, translate.Refunded},
		{"the try has failed as well", v2.RefundFailed, translate.RefundFailed},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w, p, o := withRefundTriedAgain(t)
			w.cancel(p)
			w.wantState(p, translate.Refunding)
			for range 3 {
				w.stepAt(p)
				w.wantState(p, translate.Refunding)
			}
			w.gateway.refundBecomes(o.RefundNo, c.then)
			w.clock.advance(notFoundGrace)
			w.stepAt(p)
			w.wantState(p, c.want)
			if n := w.gateway.count(v2.TranRefund); n != 2 {
				t.Errorf("submitted %d times, want twice", n)
			}
		})
	}
}

// TestNoticeOvertakenByATry: a notice that the first try has failed is being recorded while a
// step records the same and an operator tries again. It says nothing of that try.
func TestNoticeOvertakenByATry(t *testing.T) {
	t.Parallel()
	w, p, before := withRefundAccepted(t)
	n, err := w.bridge.OpenNotice(w.settings, w.gateway.saysRefundFailed(before))
	if err != nil {
		t.Fatal(err)
	}
	w.gateway.refundBecomes(before.RefundNo, v2.RefundFailed)
	w.stepAt(p)
	w.gateway.refundBecomes(before.RefundNo, v2.RefundAccepted)
	if _, _, err := w.bridge.RetryRefund(t.Context(), w.settings, key(p), ledger.Change{Who: "ann", Why: "topped up"}); err != nil {
		t.Fatal(err)
	}
	refused := translate.Report{State: translate.RefundFailed}
	if err := w.bridge.takeFinal(t.Context(), w.settings, before, refused, n); !errors.Is(err, ledger.ErrFenced) {
		t.Errorf("the notice is recorded: %v", err)
	}
	w.wantState(p, translate.Refunding)
}
