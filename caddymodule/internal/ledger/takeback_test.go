package ledger_test

import (
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// takeBack undoes what was written too late, and nothing that is anybody else's.
func takeBack(t *testing.T, p place) {
	l := p.open(t)
	sent := func(i int) ledger.Order {
		o := sample(i)
		o.State, o.SentAt, o.Claim = translate.Sent, noon, 1
		return o
	}
	try := func(o ledger.Order, want bool) {
		t.Helper()
		if taken, err := l.TakeBack(t.Context(), o, after(time.Second)); err != nil || taken != want {
			t.Fatalf("taken %v, %v; want %v", taken, err, want)
		}
	}
	never := sent(1)
	try(never, false)
	_, err := l.Order(t.Context(), never.Key)
	wantError(t, err, ledger.ErrNotFound)

	late := mustBegin(t, l, sent(2))
	try(sent(2), true)
	if o := mustOrder(t, l, late.Key); o.State != translate.Begun || !o.Next.Equal(o.ExpiresAt) {
		t.Errorf("order is %+v", o)
	}
	try(sent(2), false)

	another := sent(3)
	another.QueryID, another.OrderNo = "H3", "PBX3"
	mustBegin(t, l, another)
	try(sent(3), false) // the number is the merchant's, the order is another bridge's

	claimed := mustBegin(t, l, sent(4))
	mustClaimOrders(t, l, after(time.Hour), 10)
	try(sent(4), false)
	if o := mustOrder(t, l, claimed.Key); o.State != translate.Sent {
		t.Errorf("order is %+v", o)
	}
}
