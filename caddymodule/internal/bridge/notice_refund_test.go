package bridge

import (
	"errors"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/quarantine"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// says is a signed notice with a respCode and a body.
func (g *fakeGateway) says(code string, body map[string]string) v2.Envelope {
	return g.seal(gatewayMerchant, gatewayMerchant+"1", "OP3002", code, body)
}

// saysRefundFailed is the notice that the refund of an order has failed.
func (g *fakeGateway) saysRefundFailed(o ledger.Order) v2.Envelope {
	return g.says("", map[string]string{
		"oriMerOrderId": o.OrderNo, "refundState": "33", "refundAmt": "19.99", "merRefundFlowId": o.RefundNo,
	})
}

// TestRefundNotice: notices of refunds come to the same address as those of
// payments, and end a refund where they prove it.
func TestRefundNotice(t *testing.T) {
	t.Parallel()
	const sum = "19.99"
	for _, c := range []struct {
		name string
		code string
		body func(o ledger.Order) map[string]string
		want error
		then translate.State
	}{
		{"done, by order and number", "S0000000", func(o ledger.Order) map[string]string {
			return map[string]string{"merOrderId": o.OrderNo, "refundState": "31", "refundAmt": sum, "merRefundFlowId": o.RefundNo}
		}, nil, translate.Refunded},
		{"done, by the refund's number alone", "", func(o ledger.Order) map[string]string {
			return map[string]string{"state": "31", "tranAmt": sum, "merRefundFlowId": o.RefundNo}
		}, nil, translate.Refunded},
		{"failed", "", func(o ledger.Order) map[string]string {
			return map[string]string{"oriMerOrderId": o.OrderNo, "refundState": "33", "refundAmt": sum, "merRefundFlowId": o.RefundNo}
		}, nil, translate.RefundFailed},
		{"failed, of some refund", "", func(o ledger.Order) map[string]string {
			return map[string]string{"oriMerOrderId": o.OrderNo, "refundState": "33", "refundAmt": sum}
		}, nil, translate.Refunding},
		{"under way", "", func(o ledger.Order) map[string]string {
			return map[string]string{"oriMerOrderId": o.OrderNo, "refundState": "32", "merRefundFlowId": o.RefundNo}
		}, nil, translate.Refunding},
		{"done, and taken back", "E9999999", func(o ledger.Order) map[string]string {
			return map[string]string{"merOrderId": o.OrderNo, "refundState": "31", "refundAmt": sum, "merRefundFlowId": o.RefundNo}
		}, nil, translate.Refunding},
		{"another amount", "", func(o ledger.Order) map[string]string {
			return map[string]string{"merOrderId": o.OrderNo, "refundState": "31", "refundAmt": "19.98", "merRefundFlowId": o.RefundNo}
		}, ErrNoticeKept, translate.Refunding},
		{"another refund", "", func(o ledger.Order) map[string]string {
			return map[string]string{"merOrderId": o.OrderNo, "refundState": "31", "refundAmt": sum, "merRefundFlowId": "R2"}
		}, ErrNoticeKept, translate.Refunding},
		{"done, without a number", "", func(o ledger.Order) map[string]string {
			return map[string]string{"merOrderId": o.OrderNo, "refundState": "31", "refundAmt": sum}
		}, ErrNoticeKept, translate.Refunding},
		{"a state that is not known", "", func(o ledger.Order) map[string]string {
			return map[string]string{"merOrderId": o.OrderNo, "refundState": "39", "merRefundFlowId": o.RefundNo}
		}, ErrNoticeKept, translate.Refunding},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w, p, o := withRefundAccepted(t)
			for range 2 {
				if err := w.notice(w.gateway.says(c.code, c.body(o))); !errors.Is(err, c.want) {
					t.Fatalf("notice: %v, want %v", err, c.want)
				}
				w.bridge.queries.wait()
				w.wantState(p, c.then)
			}
		})
	}
}

// TestNoticeOfAnEarlierTry: a refund that failed is tried again under its number. That it
// has failed may be told once more about the first try: the gateway is asked, so that
// nobody is told that the payment stands while it is given back.
func TestNoticeOfAnEarlierTry(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		now  v2.RefundState // of the try that is under way
		then translate.State
	}{
		{"the try is under way", v2.RefundProcessing, translate.Refunding},
		{"the try is done", v2.RefundSuccess, translate.Refunded},
		{"the books still show the first", v2.RefundFailed, translate.Refunding},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w, p, o := withRefundAccepted(t)
			failed := w.gateway.saysRefundFailed(o)
			if err := w.notice(failed); err != nil {
				t.Fatal(err)
			}
			w.wantState(p, translate.RefundFailed) // nothing was tried before
			if _, _, err := w.bridge.RetryRefund(t.Context(), w.settings, key(p), ledger.Change{Who: "ann", Why: "topped up"}); err != nil {
				t.Fatal(err)
			}
			w.wantState(p, translate.Refunding)
			w.gateway.refundBecomes(o.RefundNo, c.now)
			w.clock.advance(queryEvery)
			if err := w.notice(failed); err != nil {
				t.Fatal(err)
			}
			w.bridge.queries.wait()
			w.wantState(p, c.then)
		})
	}
}

// TestNoticeThatTakesItselfBack: with a respCode other than S0000000, a notice proves
// nothing, either way. It is on record and acknowledged, and the gateway is asked: its
// answer counts.
func TestNoticeThatTakesItselfBack(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"E9999999", "E0000000", "E1000001", "E8000001", "s0000000", "00"} {
		for _, state := range []string{"11", "13", "12", ""} {
			w := newWorld(t)
			p := order(v1.WxSao, 1)
			w.gateway.setScript(silent)
			w.pay(p)
			o := w.wantState(p, translate.InDoubt)
			w.gateway.payer(o.OrderNo)
			w.gateway.setScript(lost)
			e := w.gateway.says(code, map[string]string{"merOrderId": o.OrderNo, "state": state, "totalAmt": "19.99"})
			if err := w.notice(e); err != nil {
				t.Fatalf("%s, %s: %v", code, state, err)
			}
			w.bridge.queries.wait() // the question gets lost
			w.wantState(p, translate.InDoubt)
			if n := len(w.timeline(p, noticeEventKind)); n != 1 {
				t.Errorf("%s, %s: %d notices on record", code, state, n)
			}
			w.clock.advance(queryEvery)
			if err := w.notice(e); err != nil {
				t.Fatal(err)
			}
			w.bridge.queries.wait()
			w.wantState(p, translate.Paid) // by the query
		}
	}
}

// TestNoticeThatTakesItselfBackOfWhatRests: of an order that is closed or failed and that
// nobody asks about any more comes a notice that proves nothing, and the question that it
// gives rise to gets lost. The notice was acknowledged, so the question is asked again.
func TestNoticeThatTakesItselfBackOfWhatRests(t *testing.T) {
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
			for !w.order(p).Next.IsZero() { // until the last query
				w.stepAt(p)
			}
			o := w.order(p)
			if !o.Next.IsZero() || !o.State.Final() {
				t.Fatalf("it is %s and asked about at %s", o.State, o.Next)
			}
			w.gateway.books[o.OrderNo] = &booked{amount: "19.99", state: v2.TranSuccess, charges: 1}
			w.clock.advance(time.Hour)
			w.gateway.setScript(lost)
			if err := w.notice(w.gateway.says("E9999999", map[string]string{"merOrderId": o.OrderNo, "state": "11", "totalAmt": "19.99"})); err != nil {
				t.Fatal(err)
			}
			w.bridge.queries.wait()
			w.wantState(p, o.State)
			w.stepAt(p)
			w.wantState(p, translate.Refunding)
		})
	}
}

// TestNoticeThatTakesItselfBackBeforeTheEnd: the same of an order that the gateway has closed
// while its payer's time is not over: an answer "unpaid" says nothing before that.
func TestNoticeThatTakesItselfBackBeforeTheEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.settings.TranCodes.Close = closeCode
	p := order(v1.WxSao, 1)
	w.pay(p)
	w.cancel(p)
	if o := w.wantState(p, translate.Closed); !o.Next.IsZero() {
		t.Fatalf("asked about at %s", o.Next)
	}
	w.gateway.setScript(lost)
	if err := w.notice(w.gateway.says("E9999999", map[string]string{"merOrderId": w.order(p).OrderNo, "state": "11", "totalAmt": "19.99"})); err != nil {
		t.Fatal(err)
	}
	w.bridge.queries.wait()
	if o := w.wantState(p, translate.Closed); !o.Next.After(o.ExpiresAt) {
		t.Errorf("asked about at %s, its payer's time ends at %s", o.Next, o.ExpiresAt)
	}
}

// TestReplaysLeaveACount: whoever sends a notice a thousand times leaves as many
// rows as one who sends it twice.
func TestReplaysLeaveACount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := order(v1.WxSao, 1)
	w.pay(p)
	o := w.order(p)
	good, wrong := w.gateway.notice(o.OrderNo, "11", "19.99"), w.gateway.notice(o.OrderNo, "11", "0.01")
	late := w.gateway.notice(o.OrderNo, "13", "19.99")
	stranger := w.gateway.notice("nobodys", "11", "5.00")
	rows := func() (rows, came int) {
		events, err := w.ledger.Events(t.Context(), key(p))
		must(err)
		for _, e := range events.Items {
			came += e.Times
		}
		return len(events.Items), came
	}
	const times = 50
	var after [times]int
	for i := range times {
		for _, e := range []v2.Envelope{good, wrong, late, stranger} {
			_ = w.notice(e)
		}
		after[i], _ = rows()
	}
	n, came := rows()
	if n != after[1] || came < 3*times {
		t.Errorf("%d rows after two rounds, %d after %d, which count %d", after[1], n, times, came)
	}
	kept, err := w.ledger.QuarantinedMessages(t.Context(), ledger.QuarantineFilter{})
	if err != nil || len(kept.Items) != 3 { // all but the good one, which the late one contradicts
		t.Fatalf("in quarantine: %+v, %v", kept, err)
	}
	for _, q := range kept.Items {
		if q.Times != times || q.State == "" || q.Amount == "" || q.GatewayMerchant != gatewayMerchant {
			t.Errorf("kept %+v", q)
		}
	}
}

// TestNoticeThatNobodyAsksAbout: a notice that takes itself back, about a refund that has
// failed and is not tried again. The question that is asked at once may get lost, and nobody
// asks again: it is for a person. What is on record anyway gives rise to no question.
func TestNoticeThatNobodyAsksAbout(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		state    string
		retried  bool // the bridge tries the refund again by itself
		wantKept int
	}{
		"done, of a refund at rest":         {"31", false, 1},
		"under way, of a refund at rest":    {"32", false, 1},
		"failed, of a refund at rest":       {"33", false, 0},
		"done, of a refund that is retried": {"31", true, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, p, o := withRefundAccepted(t)
			if c.retried {
				w = newWorld(t)
				failedRefund(w, p)
			} else if err := w.notice(w.gateway.saysRefundFailed(o)); err != nil {
				t.Fatal(err)
			}
			o = w.wantState(p, translate.RefundFailed)
			for range 2 {
				w.gateway.setScript(lost) // the question that is asked at once
				told := w.gateway.says("E9999999", map[string]string{
					"merOrderId": o.OrderNo, "refundState": c.state, "refundAmt": "19.99", "merRefundFlowId": o.RefundNo,
				})
				if err := w.notice(told); err != nil {
					t.Fatalf("not acknowledged: %v", err)
				}
				w.bridge.queries.wait()
			}
			w.wantState(p, translate.RefundFailed)
			list, err := w.ledger.QuarantinedMessages(t.Context(), ledger.QuarantineFilter{})
			if err != nil || len(list.Items) != c.wantKept {
				t.Fatalf("in quarantine: %+v, %v", list.Items, err)
			}
			for _, q := range list.Items {
				if q.Key != o.Key || q.Times != 2 || quarantine.CauseOf(q.Cause) != quarantine.QuestionOpen {
					t.Errorf("in quarantine: %+v", q)
				}
			}
		})
	}
}

// TestNoticeThatNobodyAsksAboutIsNotDurable: it is not acknowledged while it is in no
// quarantine.
func TestNoticeThatNobodyAsksAboutIsNotDurable(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w := worldAt(t, dir)
	p := order(v1.WxSao, 1)
	failedRefund(w, p)
	dealWithRefund(w, p) // which ends the tries
	o := w.order(p)
	told := w.gateway.says("E9999999", map[string]string{"merOrderId": o.OrderNo, "refundState": "31", "merRefundFlowId": o.RefundNo})
	take := refuse(t, dir, `INSERT ON quarantine`)
	if err := w.notice(told); !errors.Is(err, ErrNoticeNotDurable) {
		t.Errorf("acknowledged, and nobody is told of it: %v", err)
	}
	take()
	if err := w.notice(told); err != nil {
		t.Errorf("then: %v", err)
	}
}

// submitsInVain has the refund submitted, and the answer lost.
func submitsInVain(w *world, p v1.PayRequest) {
	w.gateway.setScript(silent)
	w.stepAt(p)
}

// submittedBefore is a bridge that wakes up and records the call that it had made when it
// began the refund. Another has taken the order in hand since.
func submittedBefore(w *world, p v1.PayRequest) {
	call := ledger.Event{At: w.clock.now().Add(-lease(w.settings)), Kind: CallEventKind, Source: v2.TranRefund, Detail: "F1: timeout (), 9s"}
	if err := w.ledger.AddEvents(w.tb.Context(), key(p), call); err != nil {
		w.tb.Fatal(err)
	}
}

// TestNoticeOfATryThatIsNotOnRecord: a refund fails whose bridge could not record that it
// had submitted it, so that it is submitted once more; what came of that is not known
// either. That it has failed may be told of the first submission: the gateway is asked.
func TestNoticeOfATryThatIsNotOnRecord(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		known func(*world, v1.PayRequest) // what is on record of the two
		now   v2.RefundState
		then  translate.State
	}{
		{"neither on record, done", nil, v2.RefundSuccess, translate.Refunded},
		{"neither on record, under way", nil, v2.RefundProcessing, translate.Refunding},
		{"the first on record, late, done", submittedBefore, v2.RefundSuccess, translate.Refunded},
		{"the second on record, done", submitsInVain, v2.RefundSuccess, translate.Refunded},
		{"the second on record, the books still show the first", submitsInVain, v2.RefundFailed, translate.Refunding},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := order(v1.WxSao, 1)
			hasPaid(w, p)
			w.diesInRefund(p, true)
			o := w.order(p)
			w.gateway.refundBecomes(o.RefundNo, v2.RefundFailed)
			w.clock.advance(lease(w.settings))
			if c.known != nil {
				c.known(w, p)
			}
			w.gateway.refundBecomes(o.RefundNo, c.now)
			failed := w.gateway.saysRefundFailed(o)
			if err := w.notice(failed); err != nil {
				t.Fatal(err)
			}
			w.bridge.queries.wait()
			w.wantState(p, c.then)
		})
	}
}
