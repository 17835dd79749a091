package bridge

import (
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// expire takes an order's steps until the next one comes after its expiry.
func (w *world) expire(p v1.PayRequest) {
	w.tb.Helper()
	for w.order(p).Next.Before(w.order(p).ExpiresAt) {
		w.stepAt(p)
	}
}

// TestForgottenAtExpiry: of an order that the gateway has confirmed it says "no such order",
// as it does after a failover. Said once, that proves nothing: the order is closed when it has
// been said four times since it was confirmed, and a payment that shows up before is kept.
func TestForgottenAtExpiry(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		before  int // answers "no such order" before the gateway confirms the order
		answers []fault
		want    translate.State
	}{
		{"three answers", 0, []fault{notFound, notFound, notFound}, translate.Pending},
		{"four answers", 0, []fault{notFound, notFound, notFound, notFound}, translate.Closed},
		{"failures do not count", 0, []fault{notFound, silent, notFound, html, notFound}, translate.Pending},
		{"answers before it was confirmed do not count", 3, []fault{notFound}, translate.Pending},
		{"it was paid", 0, []fault{notFound, {state: "11"}}, translate.Paid},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := order(v1.WxSao, 1)
			if c.before > 0 {
				w.gateway.setScript(lost)
			}
			w.pay(p)
			for range c.before {
				w.stepAt(p)
			}
			w.pay(p) // a repeat, which is sent again where the order is in doubt
			w.wantState(p, translate.Pending)
			w.expire(p)
			w.gateway.setScript(c.answers...)
			for range c.answers {
				w.stepAt(p)
			}
			w.wantState(p, c.want)
		})
	}
}

// TestForgottenWithItsCodeLost: the same of an order in doubt whose code was lost with the
// answer: that the gateway calls it unpaid in between confirms it.
func TestForgottenWithItsCodeLost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := order(v1.WxSao, 1)
	answers := []fault{notFound, notFound, notFound, none, notFound}
	w.gateway.setScript(append([]fault{silent}, answers...)...)
	w.pay(p)
	for range answers {
		w.stepAt(p)
	}
	w.wantState(p, translate.InDoubt)
}

// TestForgottenAtTheLastQuery: the same of the last query of an order that has ended. A
// payment that the gateway finds again is given back.
func TestForgottenAtTheLastQuery(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*world, v1.PayRequest){
		"closed": func(w *world, p v1.PayRequest) { w.pay(p); w.cancel(p) },
		"failed": denied,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := order(v1.WxSao, 1)
			end(w, p)
			w.gateway.setScript(notFound, notFound, notFound)
			for range 3 {
				w.stepAt(p)
			}
			o := w.order(p)
			if o.Next.IsZero() {
				t.Fatal("nobody asks about it any more")
			}
			w.gateway.books[o.OrderNo] = &booked{amount: "19.99", state: v2.TranSuccess, charges: 1}
			w.stepAt(p)
			w.wantState(p, translate.Refunding)
		})
	}
}

// TestForgottenOrderIsClosedAtTheGateway: a merchant cancels an order of which the gateway
// says, once, that it has none. Where the gateway has a close, that is what closes it.
func TestForgottenOrderIsClosedAtTheGateway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.settings.TranCodes.Close = closeCode
	p := order(v1.WxSao, 1)
	w.pay(p)
	w.gateway.setScript(notFound)
	w.cancel(p)
	if o := w.wantState(p, translate.Closed); !w.gateway.books[o.OrderNo].closed {
		t.Error("still open at the gateway")
	}
}

// TestSentOrderThatCannotBeClosed: an order whose bridge died while it was sent is long
// expired, and the gateway, which has it, does not answer the close. Nobody has it in hand
// any more: it is in doubt, so that its merchant can cancel it and an operator sees it.
func TestSentOrderThatCannotBeClosed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.settings.TranCodes.Close = closeCode
	p := order(v1.WxSao, 1)
	o, _, err := w.bridge.begin(t.Context(), w.payJob(p))
	if err != nil {
		t.Fatal(err)
	}
	w.wantState(p, translate.Sent)
	w.gateway.books[o.OrderNo] = &booked{amount: "19.99", state: v2.TranProcessing}
	w.clock.advance(o.ExpiresAt.Add(ledger.ExpiryGrace + time.Second).Sub(w.clock.now()))
	w.gateway.setScript(none, silent)
	w.stepAt(p)
	w.wantState(p, translate.InDoubt)
}
