package bridge

import (
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	"github.com/paybridge/paybridge/translate"
)

// A cancel that has read the order before its form was handed out must not close it
// as one that has not left the bridge.
func TestCancelMeetsTheForm(t *testing.T) {
	t.Parallel()
	w, p, before := hosted(t)
	w.form(before)
	if after, closed := w.bridge.closeUnsent(t.Context(), before, "cancel"); closed {
		t.Errorf("order is %s", after.State)
	}
	w.wantState(p, translate.Pending)
}

// A step that was claimed before the form was handed out has nothing to say of
// the order any more: what its payer pays now must not meet a failed order.
func TestHostedOvertakesAStep(t *testing.T) {
	t.Parallel()
	w, p, o := hosted(t)
	w.gateway.setScript(lost)
	w.payRaw(by(merchants.Raw), o, payerID)
	w.wantState(p, translate.InDoubt)
	for range 4 {
		w.stepAt(p)
	}
	w.wantState(p, translate.InDoubt)
	w.clock.advance(w.order(p).Next.Sub(w.clock.now()))
	due := w.due()
	if len(due) != 1 {
		t.Fatal("no step is due")
	}
	form := w.form(w.order(p)) // the configuration says hosted by now
	w.bridge.stepDue(t.Context(), due[0])
	w.gateway.Post(t.Context(), form.encode())
	w.gateway.payer(o.OrderNo)
	if err := w.notice(w.gateway.notice(o.OrderNo, "11", "19.99")); err != nil {
		t.Fatal(err)
	}
	w.wantState(p, translate.Paid)
}
