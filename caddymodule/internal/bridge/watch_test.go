package bridge

import (
	"testing"
	"time"

	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// A payer has the window to pay open while the shop cancels, and pays. The page that it leads
// to has the gateway asked, and says that the money goes back, not that nothing was paid. The
// merchant's query is answered from the ledger, and once the last query is done so is the page.
func TestPageOfAnOrderThatIsOver(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*world, v1.PayRequest){
		"cancelled": func(w *world, p v1.PayRequest) { w.cancel(p) },
		"failed": func(w *world, p v1.PayRequest) {
			w.gateway.setScript(declines)
			w.clock.advance(3 * time.Hour)
			w.query(p)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := order(v1.WxSao, 1)
			w.pay(p)
			end(w, p)
			o := w.order(p)
			if over := name != "cancelled"; !o.State.Final() || o.Next.IsZero() != over {
				t.Fatalf("it is %s, and asked about at %s", o.State, o.Next)
			} else if over { // nobody asks
				before := w.gateway.count(v2.TranQuery)
				if w.bridge.Watch(t.Context(), w.settings, o); w.gateway.count(v2.TranQuery) != before {
					t.Error("asked about an order that is over for good")
				}
				return
			}
			w.gateway.payer(w.order(p).OrderNo)
			w.clock.advance(time.Minute)
			before := w.gateway.count(v2.TranQuery)
			if reply := w.query(p); reply.ResultCode != v1.ResultFailed || w.gateway.count(v2.TranQuery) != before {
				t.Errorf("the merchant hears %s, and the gateway was asked %d times", reply.ResultCode, w.gateway.count(v2.TranQuery)-before)
			}
			o = w.bridge.Watch(t.Context(), w.settings, w.order(p))
			if view := o.State.Row().Payer; view != translate.PayerRefunded || !o.Late {
				t.Errorf("the payer sees %s of an order that is %s", view, o.State)
			}
		})
	}
}
