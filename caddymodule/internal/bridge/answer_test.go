package bridge

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// otherFlow is the flow number of another request.
const otherFlow = "47305311000120261122115959990001"

// foreignAnswers are answers that belong to another request, or may do so: they
// name another flow number, or neither one nor an order.
func foreignAnswers() map[string]fault {
	answers := map[string]fault{}
	for name, f := range map[string]fault{
		"accepted": none, "paid": {state: "11"}, "failed": declines, "refused": refuses, "no record": notFound, "repeated": repeated,
	} {
		f.flow = otherFlow
		answers["of another: "+name] = f
	}
	for name, f := range map[string]fault{"refused": refuses, "no record": notFound, "repeated": repeated} {
		f.flow = "-"
		answers["of nobody: "+name] = f
	}
	return answers
}

// An answer that is not ours is believed by no kind of call. Its connection is
// closed where it names another request, and the order comes out right later.
func TestForeignAnswersAreNotBelieved(t *testing.T) {
	t.Parallel()
	paidAndCancelled := func(w *world, p v1.PayRequest) {
		hasPaid(w, p)
		w.gateway.refundAs = v2.RefundProcessing
		w.cancel(p)
		for _, r := range w.gateway.refunds {
			r.state = v2.RefundSuccess
		}
	}
	for kind, c := range map[string]struct {
		meet   func(*world, v1.PayRequest)
		action v1.Action
		act    func(*world, v1.PayRequest)
		during translate.State
		last   translate.State
	}{
		"pay, code shown": {func(*world, v1.PayRequest) {}, v1.WxSao, func(w *world, p v1.PayRequest) { w.pay(p) }, translate.InDoubt, translate.Pending},
		"pay, scanned":    {func(*world, v1.PayRequest) {}, v1.WxCode, func(w *world, p v1.PayRequest) { w.pay(p) }, translate.InDoubt, translate.Paid},
		"query":           {secret, v1.WxSao, func(w *world, p v1.PayRequest) { w.query(p) }, translate.Pending, translate.Paid},
		"step":            {secret, v1.WxSao, func(w *world, p v1.PayRequest) { w.stepAt(p) }, translate.Pending, translate.Paid},
		"refund":          {hasPaid, v1.WxSao, func(w *world, p v1.PayRequest) { w.cancel(p) }, translate.Refunding, translate.Refunded},
		"refund query":    {paidAndCancelled, v1.WxSao, func(w *world, p v1.PayRequest) { w.stepAt(p) }, translate.Refunding, translate.Refunded},
	} {
		for name, f := range foreignAnswers() {
			t.Run(kind+"/"+name, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				p := order(c.action, 1)
				c.meet(w, p)
				w.clock.advance(time.Minute)
				w.gateway.setScript(f)
				c.act(w, p)
				o := w.wantState(p, c.during)
				if o.State == translate.InDoubt && (o.FormAction != "" || o.PayData != "" || o.GatewayNo != "") {
					t.Fatalf("shows what belongs to another: %+v", o)
				}
				wantForeign(t, w, p, f)
				w.gateway.setScript()
				w.pay(p) // where it may be sent again, the merchant's repeat gets its code
				for range 3 {
					if w.order(p).State != c.last {
						w.stepAt(p)
					}
				}
				w.wantState(p, c.last)
			})
		}
	}
}

// wantForeign insists that an answer that names another request was kept aside and
// its connection closed, and that one which names none raised no alarm.
func wantForeign(t *testing.T, w *world, p v1.PayRequest, f fault) {
	t.Helper()
	events, err := w.ledger.Events(t.Context(), key(p))
	if err != nil {
		t.Fatal(err)
	}
	kept := slices.ContainsFunc(events.Items, func(e ledger.Event) bool {
		return e.Kind == "quarantined" && strings.HasPrefix(e.Detail, "message does not match the order: head.tranFlowid")
	})
	foreign := f.flow == otherFlow
	if n := w.gateway.discarded.Load(); kept != foreign || (n == 1) != foreign {
		t.Fatalf("kept aside %v, %d connections closed; events %+v", kept, n, events)
	}
}

// A close that another request's answer confirms has closed nothing.
func TestForeignCloseClosesNothing(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]fault{
		"of another": {flow: otherFlow}, "of another, failed": {flow: otherFlow, state: "13"}, "of nobody": {flow: "-"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.settings.TranCodes.Close = closeCode
			p := order(v1.WxSao, 1)
			w.pay(p)
			w.gateway.setScript(none, f)
			if reply := w.cancel(p); reply.RespCode != v1.CodeBusy {
				t.Fatalf("merchant hears %s", reply.RespCode)
			}
			w.wantState(p, translate.Pending)
		})
	}
}

// Whatever cannot be opened or read says nothing good of its connection.
func TestConnectionsOfRubbishAreClosed(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"<html>502</html>", "", "merchant_id=473053110001&msg_enc=00&key_enc=00&sign=00"} {
		w := newWorld(t)
		w.gateway.setScript(fault{mangle: func(context.Context, string) RoundTrip {
			return RoundTrip{Sent: true, Body: []byte(body), Discard: func() { w.gateway.discarded.Add(1) }}
		}})
		w.pay(order(v1.WxSao, 1))
		if n := w.gateway.discarded.Load(); n != 1 {
			t.Errorf("%q: %d connections closed", body, n)
		}
	}
}

// The self-check tells a gateway that repeats our flow number from one that does
// not, and from one that writes its own.
func TestProbeLooksAtTheFlowNumber(t *testing.T) {
	t.Parallel()
	for flow, want := range map[string]string{"": "true false", "-": "false false", otherFlow: "false true"} {
		w := newWorld(t)
		w.gateway.setScript(fault{flow: flow})
		probe, err := w.bridge.Probe(t.Context(), w.settings, registry().ByMerID(merID))
		if got := fmt.Sprint(probe.Repeats, " ", probe.Foreign); err != nil || got != want {
			t.Errorf("flow number %q: %s, %v; want %s", flow, got, err, want)
		}
	}
}
