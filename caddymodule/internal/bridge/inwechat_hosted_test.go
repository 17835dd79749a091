package bridge

import (
	"errors"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// hosted is a world in which payers pay on the gateway's page.
func hosted(t *testing.T) (*world, v1.PayRequest, ledger.Order) {
	t.Helper()
	w := newWorld(t)
	w.settings.GatewayURL, w.settings.ResultURL = "https://gw.example/pay", "https://pay.example/wxjsapi/result.html"
	p, o := w.inWeChat(by(merchants.Hosted), 1, asIs)
	return w, p, o
}

func (w *world) form(o ledger.Order) HostedForm {
	w.tb.Helper()
	form, _, err := w.bridge.Hosted(w.tb.Context(), w.settings, by(merchants.Hosted), o, Payer{IP: payerIP})
	if err != nil {
		w.tb.Fatal(err)
	}
	return form
}

// encode is a form as a browser posts it.
func (f HostedForm) encode() string {
	values := url.Values{}
	for _, field := range f.Fields {
		values.Set(field.Name, field.Value)
	}
	return values.Encode()
}

func TestHostedForm(t *testing.T) {
	t.Parallel()
	w, p, o := hosted(t)
	form := w.form(o)
	if form.Action != w.settings.GatewayURL {
		t.Errorf("action %q", form.Action)
	}
	m := w.gateway.open(form.encode())
	for member, want := range map[string]string{
		"orderId": o.OrderNo, "totalAmt": "19.99", "payChannel": "00", "payMode": "02", "wxIsRaw": "", "wxSubOpenid": "",
		"wxCallbackUrl": w.settings.ResultURL + "?id=" + o.PayID, "notifyUrl": w.settings.NotifyURL, "spbillCreatIp": payerIP,
	} {
		if got := m.Body[member]; got != want {
			t.Errorf("%s: %q, want %q", member, got, want)
		}
	}
	// It is on record before the browser can have posted it.
	if after := w.wantState(p, translate.Pending); after.Next.Sub(w.clock.now()) != time.Minute {
		t.Errorf("next step in %s", after.Next.Sub(w.clock.now()))
	}
	// A refresh is another message about the same order.
	again := w.gateway.open(w.form(w.order(p)).encode())
	if again.Body["orderId"] != o.OrderNo || again.Head.TranFlowid == m.Head.TranFlowid {
		t.Errorf("refresh: order %s, flow %s after %s", again.Body["orderId"], again.Head.TranFlowid, m.Head.TranFlowid)
	}
}

// Two tabs at once get a form each, for one order.
func TestHostedTwoTabs(t *testing.T) {
	t.Parallel()
	w, p, o := hosted(t)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			form, _, err := w.bridge.Hosted(t.Context(), w.settings, by(merchants.Hosted), o, Payer{IP: payerIP})
			if err != nil {
				t.Error(err)
				return
			}
			if m := w.gateway.open(form.encode()); m.Body["orderId"] != o.OrderNo {
				t.Errorf("order %s", m.Body["orderId"])
			}
		})
	}
	all.Wait()
	w.wantState(p, translate.Pending)
}

// The payer may look at the page for long: that the gateway does not know the
// order does not fail it, only time closes it, and what is paid after all is
// given back.
func TestHostedIsPatient(t *testing.T) {
	t.Parallel()
	w, p, o := hosted(t)
	form := w.form(o)
	for w.clock.now().Before(o.ExpiresAt) {
		w.wantState(p, translate.Pending)
		w.stepAt(p)
	}
	for range 3 {
		if w.order(p).State == translate.Pending {
			w.stepAt(p)
		}
	}
	closed := w.wantState(p, translate.Closed)
	if _, _, err := w.bridge.Hosted(t.Context(), w.settings, by(merchants.Hosted), closed, Payer{IP: payerIP}); !errors.Is(err, ErrNotHosted) {
		t.Errorf("a form for a closed order: %v", err)
	}
	w.gateway.Post(t.Context(), form.encode()) // a gateway that does not mind the expiry
	w.gateway.payer(o.OrderNo)
	if err := w.notice(w.gateway.notice(o.OrderNo, "11", "19.99")); err != nil {
		t.Fatal(err)
	}
	w.stepAt(p)
	w.wantState(p, translate.Refunded)
}

func TestHostedIsPaid(t *testing.T) {
	t.Parallel()
	w, p, o := hosted(t)
	w.gateway.Post(t.Context(), w.form(o).encode())
	w.gateway.Post(t.Context(), w.form(w.order(p)).encode())
	w.gateway.payer(o.OrderNo)
	if reply := w.query(p); reply.ResultCode != v1.ResultPaid {
		t.Errorf("resultcode %s", reply.ResultCode)
	}
	if _, charges := w.gateway.state(o.OrderNo); charges != 1 {
		t.Errorf("charged %d times", charges)
	}
	if _, _, err := w.bridge.Hosted(t.Context(), w.settings, by(merchants.Hosted), w.order(p), Payer{IP: payerIP}); !errors.Is(err, ErrNotHosted) {
		t.Errorf("a form for a paid order: %v", err)
	}
}

// A merchant may cancel while the form lies in its payer's browser, whether the
// gateway has a close or not.
func TestHostedIsCancelled(t *testing.T) {
	t.Parallel()
	for name, closeCode := range map[string]string{"no close": "", "with a close": closeCode} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, p, o := hosted(t)
			w.settings.TranCodes.Close = closeCode
			form := w.form(o)
			if reply := w.cancel(p); reply.RespCode != v1.CodeOK {
				t.Fatalf("respcode %s", reply.RespCode)
			}
			w.wantState(p, translate.Closed)
			// The payer presses the button all the same, and the notice is lost.
			w.gateway.Post(t.Context(), form.encode())
			w.gateway.payer(o.OrderNo)
			w.stepAt(p)
			w.stepAt(p)
			w.wantState(p, translate.Refunded)
			if n := w.gateway.refundsPaid(); n != 1 {
				t.Errorf("%d refunds", n)
			}
		})
	}
}

// Without a durable record no form leaves.
func TestHostedNeedsTheLedger(t *testing.T) {
	t.Parallel()
	w, _, o := hosted(t)
	if err := w.ledger.Close(); err != nil {
		t.Fatal(err)
	}
	form, _, err := w.bridge.Hosted(t.Context(), w.settings, by(merchants.Hosted), o, Payer{IP: payerIP})
	if !errors.Is(err, ledger.ErrUnavailable) || len(form.Fields) != 0 {
		t.Errorf("form of %d fields, %v", len(form.Fields), err)
	}
}

// Raw orders whose outcome is not known may go on as hosted ones after a reload;
// the v2 order stays the same.
func TestRawBecomesHosted(t *testing.T) {
	t.Parallel()
	w, p, o := hosted(t)
	w.gateway.setScript(silent)
	w.payRaw(by(merchants.Raw), o, payerID)
	doubted := w.wantState(p, translate.InDoubt)
	if m := w.gateway.open(w.form(doubted).encode()); m.Body["orderId"] != o.OrderNo {
		t.Errorf("order %s", m.Body["orderId"])
	}
	if n := w.gateway.count(v2.TranPay); n != 1 {
		t.Errorf("%d calls", n)
	}
	w.wantState(p, translate.Pending)
}

// TestHostedOrderClosedAtTheGateway: the gateway closes a hosted order while its payer still
// has the form. What is paid with it after that, and no notice tells of, is found by the last
// query and given back.
func TestHostedOrderClosedAtTheGateway(t *testing.T) {
	t.Parallel()
	w, p, o := hosted(t)
	w.settings.TranCodes.Close = closeCode
	w.form(o)
	w.gateway.books[o.OrderNo] = &booked{amount: "19.99", state: v2.TranProcessing}
	w.cancel(p)
	if o = w.wantState(p, translate.Closed); !w.gateway.books[o.OrderNo].closed {
		t.Fatal("not closed at the gateway")
	}
	w.gateway.books[o.OrderNo] = &booked{amount: "19.99", state: v2.TranSuccess, charges: 1}
	if !o.Next.After(o.PayableUntil()) {
		t.Fatalf("asked about at %s, payable until %s", o.Next, o.PayableUntil())
	}
	w.stepAt(p)
	w.wantState(p, translate.Refunding)
	w.step()
	w.wantState(p, translate.Refunded)
}
