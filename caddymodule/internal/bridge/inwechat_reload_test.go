package bridge

import (
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// A payer who reloads does not call the gateway each time.
func TestReloadingInDoubt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := by(merchants.Raw)
	p, _ := w.inWeChat(m, 1, asIs)
	w.gateway.chance = func() fault { return unknown }
	for range 20 {
		w.payRaw(m, w.order(p), payerID)
	}
	if n := w.gateway.count(v2.TranPay); n != 2 {
		t.Errorf("%d calls at once", n)
	}
	w.clock.advance(10 * time.Second)
	w.payRaw(m, w.order(p), payerID)
	if n := w.gateway.count(v2.TranPay); n != 3 {
		t.Errorf("%d calls in the end", n)
	}
}
