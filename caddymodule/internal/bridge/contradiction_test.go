package bridge

import (
	"context"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/quarantine"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// paidMeanwhile is a fault in which a payment is told of by a notice while another answer
// is on its way.
func paidMeanwhile(w *world, p v1.PayRequest, answer fault) fault {
	answer.mangle = func(_ context.Context, body string) RoundTrip {
		must(w.notice(w.gateway.notice(w.order(p).OrderNo, "11", "19.99")))
		return RoundTrip{Sent: true, Body: []byte(body), Discard: func() {}}
	}
	return answer
}

// TestContradictionIsKept: what the gateway signs of an order and denies what was final is
// in quarantine, once however often it is told, and waits there for a person. A notice of
// it is acknowledged, for it is on record.
func TestContradictionIsKept(t *testing.T) {
	t.Parallel()
	refunded := func(w *world, p v1.PayRequest) { hasPaid(w, p); w.cancel(p) }
	for name, tc := range map[string]struct {
		meet   func(*world, v1.PayRequest)
		tell   func(*world, v1.PayRequest) error
		want   translate.State
		state  string // that the message tells
		source string
		times  int
	}{
		"notice, failed after paid": {
			hasPaid, func(w *world, p v1.PayRequest) error {
				return w.notice(w.gateway.notice(w.order(p).OrderNo, "13", "19.99"))
			},
			translate.Paid, "13", "notice", 2,
		},
		"notice, refund failed after it was done": {
			refunded, func(w *world, p v1.PayRequest) error {
				o := w.order(p)
				return w.notice(w.gateway.says("", map[string]string{
					"merOrderId": o.OrderNo, "refundState": "35", "refundAmt": "19.99", "merRefundFlowId": o.RefundNo,
				}))
			},
			translate.Refunded, "35", "notice", 2,
		},
		"notice, refund done that was dealt with": {
			func(w *world, p v1.PayRequest) { failedRefund(w, p); dealWithRefund(w, p) }, refundIsDone,
			translate.RefundFailed, "31", "notice", 2,
		},
		"notice, refund done that was settled as given back": {
			func(w *world, p v1.PayRequest) { failedRefund(w, p); settleRefunded(w, p) }, refundIsDone,
			translate.Refunded, "31", "notice", 2,
		},
		"query, failed while the payment is told of": {
			func(w *world, p v1.PayRequest) {
				doubted(w, p)
				w.gateway.setScript(paidMeanwhile(w, p, declines))
				w.stepAt(p)
			},
			func(*world, v1.PayRequest) error { return nil },
			translate.Paid, "31 / 13", "query", 1, // the fake gateway tells of a refund as well
		},
		"pay call, refused while the payment is told of": {
			func(w *world, p v1.PayRequest) { w.gateway.setScript(paidMeanwhile(w, p, refuses)); w.pay(p) },
			func(*world, v1.PayRequest) error { return nil },
			translate.Paid, "", "answer", 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := order(v1.WxSao, 1)
			tc.meet(w, p)
			for range 2 {
				if err := tc.tell(w, p); err != nil {
					t.Fatalf("not acknowledged: %v", err)
				}
			}
			o := w.wantState(p, tc.want)
			list, err := w.ledger.QuarantinedMessages(t.Context(), ledger.QuarantineFilter{})
			if err != nil || len(list.Items) != 1 {
				t.Fatalf("in quarantine: %+v, %v", list.Items, err)
			}
			q := list.Items[0]
			if q.Key != o.Key || q.State != tc.state || q.Source != tc.source || q.Times != tc.times ||
				quarantine.CauseOf(q.Cause) != quarantine.OutcomeContradicted {
				t.Errorf("in quarantine: %+v", q)
			}
		})
	}
}

// TestContradictionIsNotDurable: a notice that contradicts what is final is not
// acknowledged while it is in no quarantine.
func TestContradictionIsNotDurable(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w := worldAt(t, dir)
	p := order(v1.WxSao, 1)
	hasPaid(w, p)
	failed := w.gateway.notice(w.order(p).OrderNo, string(v2.TranFailed), "19.99")
	take := refuse(t, dir, `INSERT ON quarantine`)
	if err := w.notice(failed); err == nil {
		t.Error("acknowledged, and nobody is told of it")
	}
	take()
	if err := w.notice(failed); err != nil {
		t.Errorf("then: %v", err)
	}
}

// TestContradictionIsKeptByASecondTry: the ledger does not take the message that
// contradicts within the time of the query. Nobody asks about a paid order again, so it is
// tried once more.
func TestContradictionIsKeptByASecondTry(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := order(v1.WxSao, 1)
	hasPaid(w, p)
	o := w.wantState(p, translate.Paid)
	_, a := w.bridge.callAndJudge(t.Context(), w.settings, o, QueryCall, v2.QueryRequest{OrderID: o.OrderNo})
	over, end := context.WithCancel(t.Context())
	end()
	w.bridge.keepContradiction(over, o, ledger.Update{State: translate.Failed}, translate.Contradicted, a)
	list, err := w.ledger.QuarantinedMessages(t.Context(), ledger.QuarantineFilter{})
	if err != nil || len(list.Items) != 1 || list.Items[0].Key != o.Key {
		t.Errorf("in quarantine: %+v, %v", list.Items, err)
	}
	if failed := w.logs.FilterMessage("quarantine not recorded").Len(); failed != 1 {
		t.Errorf("the first try failed %d times", failed)
	}
}
