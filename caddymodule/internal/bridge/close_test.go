package bridge

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// closings are the ways in which somebody has an order closed that nobody has paid.
var closings = map[string]func(*world, v1.PayRequest){
	"cancel": func(w *world, p v1.PayRequest) { w.cancel(p) },
	"settle": func(w *world, p v1.PayRequest) {
		_, err := w.bridge.Settle(w.tb.Context(), w.settings, settlement(p, translate.Closed))
		must(err)
	},
}

// TestClosedWhileAStepIsUnderWay: a step has taken an order up and asks the gateway, and
// before it has written down when to ask again somebody closes the order. Its payer may pay
// until its time is over, and the notice be lost: the last query stays where it is, after
// that time, and finds the payment.
func TestClosedWhileAStepIsUnderWay(t *testing.T) {
	t.Parallel()
	for name, end := range closings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := order(v1.WxSao, 1)
			w.pay(p)
			w.clock.advance(w.order(p).Next.Sub(w.clock.now()))
			due := w.due()
			if len(due) != 1 {
				t.Fatalf("due: %+v", due)
			}
			w.clock.advance(lease(w.settings)) // settle waits for whoever holds it
			end(w, p)
			closed := w.wantState(p, translate.Closed)
			err := w.ledger.Postpone(t.Context(), closed.Key, due[0].Claim, w.clock.now().Add(time.Minute), 1)
			if !errors.Is(err, ledger.ErrFenced) {
				t.Errorf("the step goes on: %v", err)
			}
			w.gateway.payer(closed.OrderNo)
			w.stepAt(p)
			if now := w.clock.now(); now.Before(closed.ExpiresAt) {
				t.Errorf("the last query was made at %s, %s before its payer's time was over", now, closed.ExpiresAt.Sub(now))
			}
			w.wantState(p, translate.Refunding)
		})
	}
}

// TestSentAgainWhileItIsClosed: while the gateway closes an order in doubt for an operator,
// its merchant repeats the payment, so that the order is sent once more. It may be open at
// the gateway again: a last query tells.
func TestSentAgainWhileItIsClosed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.settings.TranCodes.Close = closeCode
	p := order(v1.WxSao, 1)
	w.gateway.setScript(silent)
	w.pay(p)
	w.wantState(p, translate.InDoubt)
	w.gateway.setScript(none, fault{name: "the merchant repeats it", mangle: func(_ context.Context, closed string) RoundTrip {
		w.gateway.books[w.order(p).OrderNo].state = v2.TranProcessing // it opens the order again
		if reply := w.pay(p); reply.RespCode != v1.CodeOK {
			t.Errorf("the repeat hears %s", reply.RespCode)
		}
		return RoundTrip{Sent: true, Body: []byte(closed)}
	}})
	closings["settle"](w, p)
	if o := w.wantState(p, translate.Closed); o.Next.IsZero() {
		t.Error("nobody asks about it any more")
	}
}
