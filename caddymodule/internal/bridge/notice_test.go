package bridge

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

func refunding(w *world, p v1.PayRequest) ledger.Update {
	now := w.clock.now()
	return ledger.Update{
		State: translate.Refunding, At: now, Source: "cancel", RefundNo: "R" + w.order(p).OrderNo, Next: now.Add(lease(w.settings)),
	}
}

func TestNotice(t *testing.T) {
	t.Parallel()
	closed := func(w *world, p v1.PayRequest) { w.pay(p); w.cancel(p) }
	expired := func(w *world, p v1.PayRequest) { w.pay(p); w.clock.advance(w.settings.OrderExpiry) }
	over := func(w *world, p v1.PayRequest) { expired(w, p); w.clock.advance(ledger.ExpiryGrace + time.Minute) }
	// Its notice was lost, as that of the attempt before it was late.
	paidUnheard := func(w *world, p v1.PayRequest) { w.pay(p); w.gateway.payer(w.order(p).OrderNo); over(w, p) }
	declinedToTheEnd := func(w *world, p v1.PayRequest) { over(w, p); w.gateway.setScript(declines) }
	for _, c := range []struct {
		name   string
		meet   func(*world, v1.PayRequest)
		state  string
		amount string
		want   error
		then   translate.State
		event  string // left with the order
		tells  bool   // the merchant is owed a notification
	}{
		{"paid", shown, "11", "19.99", nil, translate.Paid, "", true},
		{"paid, in doubt", doubted, "11", "19.99", nil, translate.Paid, "", true},
		{"paid, repeated", hasPaid, "11", "19.99", nil, translate.Paid, "", true},
		{"an attempt failed", shown, "13", "19.99", nil, translate.Pending, "notice", false},
		{"failed, expired", expired, "13", "19.99", nil, translate.Pending, "notice", false},
		{"failed, over", declinedToTheEnd, "13", "19.99", nil, translate.Failed, "", false},
		{"failed, over, the gateway says unpaid", over, "13", "19.99", nil, translate.Pending, "notice", false},
		{"failed, over, paid in time", paidUnheard, "13", "19.99", nil, translate.Paid, "contradicted", true},
		{"failed, in doubt", doubted, "13", "19.99", nil, translate.Failed, "", false},
		{"failed after paid", hasPaid, "13", "19.99", nil, translate.Paid, "contradicted", true},
		{"paid after failed", denied, "11", "19.99", nil, translate.Refunding, "late_payment", false},
		{"paid after closed", closed, "11", "19.99", nil, translate.Refunding, "late_payment", false},
		{"nothing new", shown, "12", "19.99", nil, translate.Pending, "", false},
		{"state that is not known", shown, "77", "19.99", ErrNoticeKept, translate.Pending, "quarantined", false},
		{"no state", shown, "", "19.99", ErrNoticeKept, translate.Pending, "quarantined", false},
		{"wrong amount", shown, "11", "19.98", ErrNoticeKept, translate.Pending, "quarantined", false},
		{"no amount", shown, "11", "", ErrNoticeKept, translate.Pending, "quarantined", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := order(v1.WxSao, 1)
			c.meet(w, p)
			for range 2 {
				if err := w.notice(w.gateway.notice(w.order(p).OrderNo, c.state, c.amount)); !errors.Is(err, c.want) {
					t.Fatalf("notice: %v, want %v", err, c.want)
				}
				w.bridge.queries.wait()
				w.wantState(p, c.then)
			}
			events, err := w.ledger.Events(t.Context(), key(p))
			told := slices.ContainsFunc(events.Items, func(e ledger.Event) bool { return e.Kind == c.event })
			if err != nil || told != (c.event != "") {
				t.Fatalf("events %+v, %v", events, err)
			}
			if _, err := w.ledger.Notification(t.Context(), key(p)); (err == nil) != c.tells {
				t.Fatalf("notification: %v", err)
			}
		})
	}
}

// TestNoticeWithNoTime: gateways that know no time of the payment write the first or the
// last that their language has. The merchant is told of the payment all the same, with
// the time at which we learnt of it.
func TestNoticeWithNoTime(t *testing.T) {
	t.Parallel()
	for _, paidAt := range []string{"0001-01-01 00:00:00", "19000101000000", "19700101000000", "1970-01-01 08:00:00", "9999-12-31 23:59:59", "00000000000000"} {
		t.Run(paidAt, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := order(v1.WxSao, 1)
			w.pay(p)
			body := map[string]string{"merOrderId": w.order(p).OrderNo, "state": "11", "totalAmt": "19.99", "payTime": paidAt}
			if err := w.notice(w.gateway.says("", body)); err != nil {
				t.Fatal(err)
			}
			w.wantState(p, translate.Paid)
			if reply := w.query(p); reply.ResultCode != v1.ResultPaid || reply.PayTime != translate.FormatPayTime(w.clock.now()) {
				t.Errorf("query hears %+v", reply)
			}
			if _, err := w.ledger.Notification(t.Context(), key(p)); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestNoticeThatIsNotBelieved(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := order(v1.WxSao, 1)
	w.pay(p)
	good := w.gateway.notice(w.order(p).OrderNo, "11", "19.99")
	edit := func(f func(*v2.Envelope)) v2.Envelope {
		e := good
		f(&e)
		return e
	}
	for _, c := range []struct {
		name   string
		notice v2.Envelope
		want   error
	}{
		{"unknown merchant", edit(func(e *v2.Envelope) { e.MerchantID = "473053110009" }), ErrNoticeRefused},
		{"forged", edit(func(e *v2.Envelope) { e.Sign = flipped(e.Sign) }), ErrNoticeRefused},
		{"garbled", edit(func(e *v2.Envelope) { e.MsgEnc = e.MsgEnc[2:] }), ErrNoticeRefused},
		{"no order", w.gateway.notice("", "11", "19.99"), ErrNoticeKept},
		{"unknown order", w.gateway.notice("20261122000000", "11", "19.99"), ErrNoticeKept},
	} {
		if err := w.notice(c.notice); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
		w.wantState(p, translate.Pending)
	}
	_ = w.ledger.Close()
	if err := w.notice(good); !errors.Is(err, ErrNoticeNotDurable) {
		t.Errorf("without a ledger: %v", err)
	}
}

// flipped is a hex text with another first digit.
func flipped(hex string) string {
	if hex[0] == '0' {
		return "1" + hex[1:]
	}
	return "0" + hex[1:]
}

// The late payment of a closed order goes back to the payer by itself.
func TestLatePaymentIsRefunded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := order(v1.WxSao, 1)
	w.pay(p)
	if reply := w.cancel(p); reply.RespCode != v1.CodeOK {
		t.Fatalf("cancel hears %s", reply.RespCode)
	}
	no := w.order(p).OrderNo
	w.gateway.payer(no)
	if err := w.notice(w.gateway.notice(no, "11", "19.99")); err != nil {
		t.Fatal(err)
	}
	w.stepAt(p)
	w.wantState(p, translate.Refunded)
	if reply := w.query(p); reply.ResultCode != v1.ResultFailed {
		t.Fatalf("query hears %s", reply.ResultCode)
	}
	if n := w.gateway.refundsPaid(); n != 1 {
		t.Fatalf("%d refunds", n)
	}
}

// The gateway tells of a payment once, and that may be lost. An order that was
// closed only here is queried again when it cannot be paid any more.
func TestLatePaymentIsFoundWithoutANotice(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		pays  bool
		first fault // of the last query
		want  translate.State
	}{
		{"paid", true, none, translate.Refunded},
		{"paid, gateway silent at first", true, silent, translate.Refunded},
		{"not paid", false, none, translate.Closed},
		{"not paid, gateway silent at first", false, silent, translate.Closed},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := order(v1.WxSao, 1)
			w.pay(p)
			w.cancel(p)
			if c.pays {
				w.gateway.payer(w.order(p).OrderNo)
			}
			w.gateway.setScript(c.first)
			for !w.order(p).Next.IsZero() {
				w.stepAt(p)
			}
			w.wantState(p, c.want)
		})
	}
}

// TestNoticesThatNameNothing: what is signed and names no payment, for it cannot be read or
// leaves its numbers out, may be about any. What differs is kept apart, and the same told
// again with another time and flow number is counted.
func TestNoticesThatNameNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tell := func(plaintext string) {
		t.Helper()
		e, err := w.gateway.codec.Seal(gatewayMerchant, "", []byte(plaintext))
		must(err)
		if err := w.notice(e); !errors.Is(err, ErrNoticeKept) {
			t.Fatalf("%s: %v", plaintext, err)
		}
	}
	for _, flow := range []string{"F1", "F2"} {
		tell(`order 1 is paid`)
		tell(`order 2 is paid`)
		tell(`{"head":{"merchantId":"` + gatewayMerchant + `","tranFlowid":"` + flow + `"},"body":{"state":"11","totalAmt":"1","memo":"1"}}`)
		tell(`{"head":{"merchantId":"` + gatewayMerchant + `","tranFlowid":"` + flow + `"},"body":{"state":"11","totalAmt":"1","memo":"2"}}`)
	}
	list, err := w.ledger.QuarantinedMessages(t.Context(), ledger.QuarantineFilter{})
	if err != nil || len(list.Items) != 4 {
		t.Fatalf("in quarantine: %+v, %v", list.Items, err)
	}
	for _, q := range list.Items {
		if q.Times != 2 || q.GatewayMerchant != gatewayMerchant {
			t.Errorf("kept: %+v", q)
		}
	}
}

// TestNoticeThatIsKeptIsAskedAbout: a signed notice of a known order that leaves something
// out proves nothing, but something has happened: the gateway is asked at once, and not
// once for each copy.
func TestNoticeThatIsKeptIsAskedAbout(t *testing.T) {
	t.Parallel()
	for name, told := range map[string]struct{ state, amount string }{
		"no amount":               {"11", ""},
		"another amount":          {"11", "0.01"},
		"no state":                {"", "19.99"},
		"a state nobody knows of": {"77", "19.99"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := order(v1.WxSao, 1)
			w.pay(p)
			no := w.order(p).OrderNo
			w.gateway.setScript(silent) // the first query gets lost
			for range 3 {
				if err := w.notice(w.gateway.notice(no, told.state, told.amount)); !errors.Is(err, ErrNoticeKept) {
					t.Fatalf("notice: %v", err)
				}
				w.bridge.queries.wait()
			}
			if n := w.gateway.count(v2.TranQuery); n != 1 {
				t.Fatalf("%d queries", n)
			}
			w.gateway.payer(no)
			w.clock.advance(queryEvery)
			if err := w.notice(w.gateway.notice(no, told.state, told.amount)); !errors.Is(err, ErrNoticeKept) {
				t.Fatalf("notice: %v", err)
			}
			w.bridge.queries.wait()
			w.wantState(p, translate.Paid)
		})
	}
}
