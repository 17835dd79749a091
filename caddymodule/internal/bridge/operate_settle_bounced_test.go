package bridge

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// refundBounces has the gateway say that a refund that was done came back from the card.
func refundBounces(w *world, p v1.PayRequest) {
	o := w.order(p)
	must(w.notice(w.gateway.says("", map[string]string{
		"oriMerOrderId": o.OrderNo, "refundState": "35", "refundAmt": "19.99", "merRefundFlowId": o.RefundNo,
	})))
}

// isRefunded leaves an order whose refund was done some time ago.
func isRefunded(w *world, p v1.PayRequest) {
	hasPaid(w, p)
	w.cancel(p)
	w.clock.advance(time.Hour)
}

// TestSettleBouncedRefund: an order is refunded, and the gateway says later that the refund
// came back. A person can settle it as refund_failed then, unless the gateway still calls the
// refund done; nobody can where the gateway has not said so.
func TestSettleBouncedRefund(t *testing.T) {
	t.Parallel()
	told13 := func(w *world, p v1.PayRequest) { must(w.notice(w.gateway.notice(w.order(p).OrderNo, "13", "19.99"))) }
	for name, c := range map[string]struct {
		meet    []func(*world, v1.PayRequest)
		ask     fault
		word    translate.State
		refused string
	}{
		"it bounced, the gateway is silent":            {list(isRefunded, refundBounces), silent, translate.RefundFailed, ""},
		"it bounced, and the gateway says so":          {list(isRefunded, refundBounces), fault{state: "11", refund: v2.RefundCardFailed}, translate.RefundFailed, ""},
		"it bounced, the gateway knows no such refund": {list(isRefunded, refundBounces), notFound, translate.RefundFailed, ""},
		"it bounced, the gateway calls it done":        {list(isRefunded, refundBounces), none, translate.RefundFailed, "as the order is"},
		"it bounced, and is paid out anew":             {list(isRefunded, refundBounces), fault{state: "11", refund: v2.RefundProcessing}, translate.RefundFailed, "under way"},
		"it stands":                                    {list(isRefunded, refundBounces), silent, translate.Refunded, "stays"},
		"it is not paid again":                         {list(isRefunded, refundBounces), silent, translate.Paid, "cannot become paid"},
		"another contradiction":                        {list(isRefunded, told13), silent, translate.RefundFailed, "cannot become refund_failed"},
		"nothing contradicts it":                       {list(isRefunded), silent, translate.RefundFailed, "not stuck"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := order(v1.WxSao, 1)
			for _, meet := range c.meet {
				meet(w, p)
			}
			w.gateway.setScript(c.ask)
			_, err := w.bridge.Settle(t.Context(), w.settings, settlement(p, c.word))
			switch {
			case c.refused == "" && err != nil, c.refused == "stays" && err != nil:
				t.Fatal(err)
			case c.refused == "":
				w.wantState(p, translate.RefundFailed)
			case c.refused == "stays":
				w.wantState(p, translate.Refunded)
			default:
				if !errors.Is(err, ErrNotSettled) || !strings.Contains(err.Error(), c.refused) {
					t.Errorf("got %v, want %q", err, c.refused)
				}
				w.wantState(p, translate.Refunded)
			}
			if n := w.gateway.count(v2.TranRefund); n != 1 {
				t.Errorf("the refund was submitted %d times", n)
			}
		})
	}
}

// TestMerchantOfABouncedRefund: the merchant was told that the order is over. It hears nothing
// else when the money turns out to be at the gateway, and no notification of a payment; the
// money can be given back by other means.
func TestMerchantOfABouncedRefund(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := order(v1.WxSao, 1)
	isRefunded(w, p)
	refundBounces(w, p)
	w.gateway.setScript(silent)
	if _, err := w.bridge.Settle(t.Context(), w.settings, settlement(p, translate.RefundFailed)); err != nil {
		t.Fatal(err)
	}
	if reply := w.query(p); reply.ResultCode != v1.ResultFailed || reply.PayTime != "" {
		t.Errorf("query hears %s, paid at %q", reply.ResultCode, reply.PayTime)
	}
	if n, err := w.ledger.Notification(t.Context(), key(p)); err != nil || n.State != ledger.Withheld {
		t.Errorf("notification is %s, %v", n.State, err)
	}
	if o := w.order(p); !o.Next.IsZero() {
		t.Errorf("tried again at %s", o.Next)
	}
	settleRefunded(w, p)
}

// TestRetryOfABouncedRefund: whoever wants a refund tried again that bounced does not hear that
// the money is back.
func TestRetryOfABouncedRefund(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		meet []func(*world, v1.PayRequest)
		says string
	}{
		"it stands":  {list(isRefunded), "given back already"},
		"it bounced": {list(isRefunded, refundBounces), "settle the order as refund_failed first"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := order(v1.WxSao, 1)
			for _, meet := range c.meet {
				meet(w, p)
			}
			_, _, err := w.bridge.RetryRefund(t.Context(), w.settings, key(p), ledger.Change{Who: "ann", Why: "bounced"})
			if !errors.Is(err, ErrNotSettled) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want %q", err, c.says)
			}
		})
	}
}
