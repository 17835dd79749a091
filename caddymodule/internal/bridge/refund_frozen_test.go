package bridge

import (
	"context"
	"testing"
	"time"

	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// TestRefundOfAFrozenBridge: a bridge stands still just before it submits a refund, longer
// than it holds the order. Somebody may have given the money back by other means meanwhile:
// the refund does not leave when the bridge wakes up.
func TestRefundOfAFrozenBridge(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := order(v1.WxSao, 1)
	hasPaid(w, p)
	w.gateway.setScript(unsent)
	w.cancel(p)
	w.wantState(p, translate.Refunding)
	w.gateway.setScript(fault{code: v2.RespNotFound, mangle: func(_ context.Context, body string) RoundTrip {
		w.clock.advance(time.Hour)
		return RoundTrip{Sent: true, Body: []byte(body)}
	}})
	w.stepAt(p)
	if n := w.gateway.count(v2.TranRefund); n != 0 {
		t.Fatalf("the refund was submitted %d times", n)
	}
	w.wantState(p, translate.Refunding)
	w.stepAt(p)
	w.wantState(p, translate.Refunded)
}
