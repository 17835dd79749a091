package bridge

import (
	"errors"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// tellings are the ways in which the gateway tells that a payment failed.
var tellings = map[string]func(*world, v1.PayRequest){
	"notice": func(w *world, p v1.PayRequest) {
		must(w.notice(w.gateway.notice(w.order(p).OrderNo, "13", "19.99")))
		w.bridge.queries.wait() // what it gives rise to
	},
	"query": func(w *world, p v1.PayRequest) { w.query(p) },
	"step":  func(w *world, p v1.PayRequest) { w.stepAt(p) },
}

// A payer whose first card is declined pays with the second: the order stays open
// in between, and its merchant hears nothing but "not paid" and then "paid".
func TestAttemptFailsThenAnotherPays(t *testing.T) {
	t.Parallel()
	for _, action := range []v1.Action{v1.WxSao, v1.AliSao, v1.WxH5, v1.AliWap, v1.QQSao, v1.USao} {
		for name, tell := range tellings {
			t.Run(string(action)+"/"+name, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				p := order(action, 1)
				first := w.pay(p)
				for range 3 {
					w.clock.advance(time.Minute)
					w.gateway.decline(w.order(p).OrderNo)
					tell(w, p)
					w.wantState(p, translate.Pending)
					if reply := w.query(p); reply.ResultCode != v1.ResultUnpaid {
						t.Fatalf("query hears %s", reply.ResultCode)
					}
					if again := w.pay(p); again != first {
						t.Fatalf("the repeat hears %+v, want %+v", again, first)
					}
				}
				w.gateway.payer(w.order(p).OrderNo)
				if err := w.notice(w.gateway.notice(w.order(p).OrderNo, "11", "19.99")); err != nil {
					t.Fatal(err)
				}
				w.wantState(p, translate.Paid)
				if n, err := w.ledger.Notification(t.Context(), key(p)); err != nil || n.State != ledger.Waiting {
					t.Fatalf("notification %+v, %v", n, err)
				}
			})
		}
	}
}

// When it can be paid no longer, an order whose last attempt failed has failed.
func TestAttemptFailsAndTimeIsOver(t *testing.T) {
	t.Parallel()
	for name, tell := range tellings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := order(v1.WxSao, 1)
			w.pay(p)
			w.gateway.decline(w.order(p).OrderNo)
			w.clock.advance(w.settings.OrderExpiry - time.Second)
			tell(w, p)
			w.wantState(p, translate.Pending)
			w.clock.advance(time.Hour)
			tell(w, p)
			w.wantState(p, translate.Failed)
			if reply := w.query(p); reply.ResultCode != v1.ResultFailed {
				t.Fatalf("query hears %s", reply.ResultCode)
			}
		})
	}
}

// failings are the ways in which an order fails for good before its time is over.
var failings = map[string]struct {
	action v1.Action
	fail   func(*world, v1.PayRequest)
}{
	"refused":             {v1.WxSao, denied},
	"scanned, refused":    {v1.WxCode, denied},
	"scanned, declined":   {v1.WxCode, func(w *world, p v1.PayRequest) { w.gateway.atOnce = v2.TranFailed; w.pay(p) }},
	"scanned, pending":    {v1.WxCode, func(w *world, p v1.PayRequest) { w.gateway.atOnce = v2.TranProcessing; w.pay(p); told13(w, p) }},
	"in doubt, then 13":   {v1.WxSao, func(w *world, p v1.PayRequest) { doubted(w, p); told13(w, p) }},
	"settled by a person": {v1.WxCode, settledFailed},
}

func told13(w *world, p v1.PayRequest) { tellings["notice"](w, p) }

func settledFailed(w *world, p v1.PayRequest) {
	w.gateway.setScript(silent)
	w.pay(p)
	w.clock.advance(time.Hour)
	w.gateway.setScript(silent)
	_, err := w.bridge.Settle(w.tb.Context(), w.settings, settlement(p, translate.Failed))
	must(err)
}

// findings are the ways in which it comes out that a failed order was paid.
var findings = map[string]func(*world, v1.PayRequest){
	"notice":     func(w *world, p v1.PayRequest) { must(w.notice(w.gateway.notice(w.order(p).OrderNo, "11", "19.99"))) },
	"last query": func(w *world, p v1.PayRequest) { w.stepAt(p) },
}

// What is paid of an order after its merchant may have heard that it failed is
// given back, and the merchant never hears that it is paid.
func TestFailedThenPaidIsGivenBack(t *testing.T) {
	t.Parallel()
	for how, failing := range failings {
		for name, find := range findings {
			t.Run(how+"/"+name, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				p := order(failing.action, 1)
				failing.fail(w, p)
				o := w.wantState(p, translate.Failed)
				if reply := w.cancel(p); reply.RespCode != v1.CodeOK {
					t.Fatalf("cancel of a failed order hears %s", reply.RespCode)
				}
				w.gateway.books[o.OrderNo] = &booked{amount: "19.99", state: v2.TranSuccess, charges: 1}
				find(w, p)
				w.wantState(p, translate.Refunding)
				w.gateway.setScript(refuses)
				w.step()
				w.wantState(p, translate.RefundFailed)
				if reply := w.cancel(p); reply.RespCode != v1.CodeOK { // as before, although the refund has failed
					t.Fatalf("a repeated cancel hears %s", reply.RespCode)
				}
				for w.order(p).State != translate.Refunded {
					w.stepAt(p)
				}
				if n := w.gateway.refundsPaid(); n != 1 {
					t.Fatalf("%d refunds", n)
				}
				if reply := w.query(p); reply.ResultCode != v1.ResultFailed {
					t.Fatalf("query hears %s", reply.ResultCode)
				}
				if _, err := w.ledger.Notification(t.Context(), key(p)); !errors.Is(err, ledger.ErrNotFound) {
					t.Fatalf("notification: %v", err)
				}
			})
		}
	}
}

// The last query of a failed order that nobody has paid is the last, and leaves one
// call on its timeline.
func TestFailedOrderComesToRest(t *testing.T) {
	t.Parallel()
	for how, failing := range failings {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := order(failing.action, 1)
			failing.fail(w, p)
			asked, before := w.gateway.count(v2.TranQuery), callsOf(t, w, p)
			w.gateway.setScript(declines)
			w.stepAt(p)
			if o := w.wantState(p, translate.Failed); !o.Next.IsZero() || w.gateway.count(v2.TranQuery) != asked+1 {
				t.Fatalf("next step %v, %d questions", o.Next, w.gateway.count(v2.TranQuery)-asked)
			}
			if n := callsOf(t, w, p) - before; n != 1 {
				t.Fatalf("%d calls on the timeline", n)
			}
		})
	}
}

func callsOf(t *testing.T, w *world, p v1.PayRequest) int {
	t.Helper()
	events, err := w.ledger.Events(t.Context(), key(p))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, e := range events.Items {
		if e.Kind == CallEventKind {
			n++
		}
	}
	return n
}

// An order that the gateway has contradicted can be settled: that it stands, or
// that a payment of a failed one is to be given back.
func TestSettleContradicted(t *testing.T) {
	t.Parallel()
	contradict := func(w *world, p v1.PayRequest) { told13(w, p) }
	old := func(w *world, p v1.PayRequest) { // as versions before left a failed order that was paid
		denied(w, p)
		must(w.ledger.AddEvents(w.tb.Context(), key(p), ledger.Event{
			At: w.clock.now(), Kind: translate.Contradicted.String(), Source: "notice", Detail: "paid, order is failed",
		}))
	}
	for name, c := range map[string]struct {
		meet    []func(*world, v1.PayRequest)
		ask     fault
		state   translate.State
		refused bool
		want    translate.State
		change  bool
	}{
		"paid stands":                          {list(hasPaid, contradict), none, translate.Paid, false, translate.Paid, true},
		"paid stands, the gateway is silent":   {list(hasPaid, contradict), silent, translate.Paid, false, translate.Paid, true},
		"paid cannot fail":                     {list(hasPaid, contradict), silent, translate.Failed, true, translate.Paid, false},
		"failed stands":                        {list(old), silent, translate.Failed, false, translate.Failed, true},
		"failed, was paid":                     {list(old), silent, translate.Paid, false, translate.Refunding, true},
		"failed, was paid, the gateway knows":  {list(old, paidAtGateway), none, translate.Paid, false, translate.Refunding, false},
		"failed, was paid, the gateway denies": {list(old), declines, translate.Paid, true, translate.Failed, false},
		"nothing contradicts paid":             {list(hasPaid), silent, translate.Paid, true, translate.Paid, false},
		"nothing contradicts failed":           {list(denied), silent, translate.Paid, true, translate.Failed, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := order(v1.WxSao, 1)
			for _, meet := range c.meet {
				meet(w, p)
			}
			w.gateway.setScript(c.ask)
			word := settlement(p, c.state)
			if _, err := w.bridge.Settle(t.Context(), w.settings, word); (err != nil) != c.refused {
				t.Fatal(err)
			}
			w.wantState(p, c.want)
			changes, err := w.ledger.Changes(t.Context(), ledger.ChangeFilter{Key: key(p)})
			if err != nil || (len(changes.Items) == 1) != c.change {
				t.Fatalf("changes %+v, %v", changes, err)
			}
		})
	}
}

func list(meet ...func(*world, v1.PayRequest)) []func(*world, v1.PayRequest) { return meet }

func paidAtGateway(w *world, p v1.PayRequest) {
	w.gateway.books[w.order(p).OrderNo] = &booked{amount: "19.99", state: v2.TranSuccess, charges: 1}
}
