package bridge

import (
	"testing"
	"time"

	"github.com/paybridge/paybridge/translate"
)

// A cancel that has read the order before its form was handed out closes it as
// one of which nothing has left. What the payer pays all the same is found and
// given back, even if its notice is lost.
func TestCancelMeetsTheForm(t *testing.T) {
	t.Parallel()
	w, p, before := hosted(t)
	form := w.form(before)
	w.bridge.closeUnsent(t.Context(), before, "cancel")
	w.gateway.Post(t.Context(), form.encode())
	w.gateway.payer(before.OrderNo)
	for range 30 {
		w.clock.advance(5 * time.Minute)
		w.step()
	}
	if state := w.order(p).State; state != translate.Refunded || w.gateway.refundsPaid() != 1 {
		t.Errorf("order is %s, %d refunds", state, w.gateway.refundsPaid())
	}
}
