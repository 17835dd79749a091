package bridge

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

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
		"only the gateway knows that it bounced":       {list(isRefunded), fault{state: "11", refund: v2.RefundCardFailed}, translate.RefundFailed, ""},
		"nothing has come, the gateway calls it done":  {list(isRefunded), none, translate.RefundFailed, "as the order is"},
		"nothing has come, it is under way":            {list(isRefunded), fault{state: "11", refund: v2.RefundProcessing}, translate.RefundFailed, "under way"},
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
	settledBounced(w, p)
	if reply := w.query(p); reply.ResultCode != v1.ResultFailed || reply.PayTime != "" {
		t.Errorf("query hears %s, paid at %q", reply.ResultCode, reply.PayTime)
	}
	if reply := w.cancel(p); reply.RespCode != v1.CodeOK {
		t.Errorf("a repeated cancel hears %s", reply.RespCode)
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

// settledBounced leaves an order whose refund was done, came back, and was settled so.
func settledBounced(w *world, p v1.PayRequest) {
	isRefunded(w, p)
	refundBounces(w, p)
	w.gateway.setScript(silent)
	_, err := w.bridge.Settle(w.tb.Context(), w.settings, settlement(p, translate.RefundFailed))
	must(err)
	w.wantState(p, translate.RefundFailed)
	w.clock.advance(time.Hour)
}

// TestDoneOfABouncedRefund: what the gateway told first is told again, in a notice or because
// somebody asks. Nothing is undone by that, and a person has to know.
func TestDoneOfABouncedRefund(t *testing.T) {
	t.Parallel()
	for name, tell := range map[string]func(*world, v1.PayRequest){
		"a notice": func(w *world, p v1.PayRequest) { must(refundIsDone(w, p)) },
		"a retry": func(w *world, p v1.PayRequest) {
			_, _, err := w.bridge.RetryRefund(w.tb.Context(), w.settings, key(p), ledger.Change{Who: "ann", Why: "bounced"})
			if !errors.Is(err, ErrNotSettled) || !strings.Contains(err.Error(), "settled it as failed") {
				w.tb.Errorf("got %v", err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := order(v1.WxSao, 1)
			settledBounced(w, p)
			tell(w, p)
			w.wantState(p, translate.RefundFailed)
			list, err := w.ledger.QuarantinedMessages(t.Context(), ledger.QuarantineFilter{})
			if err != nil || len(list.Items) != 2 { // with that of the bounce
				t.Errorf("in quarantine: %+v, %v", list.Items, err)
			}
			if n := w.logs.FilterMessageSnippet("gateway says that a refund is done").FilterLevelExact(zap.ErrorLevel).Len(); n != 1 {
				t.Errorf("%d errors in the log", n)
			}
			if n := w.gateway.count(v2.TranRefund); n != 1 {
				t.Errorf("the refund was submitted %d times", n)
			}
		})
	}
}

// TestTransferAfterAFailedRefund: somebody has transferred the money, and settles the order
// with the number of that. The number is on record, whatever the gateway says meanwhile of its
// own refund: the payer may have the money twice.
func TestTransferAfterAFailedRefund(t *testing.T) {
	t.Parallel()
	done := func(w *world, p v1.PayRequest) {
		w.gateway.refunds[w.order(p).RefundNo] = &refunded{amount: "19.99", state: v2.RefundSuccess}
	}
	for name, c := range map[string]struct {
		meet      []func(*world, v1.PayRequest)
		byGateway bool
		was       string
	}{
		"it bounced, and the gateway still calls it done": {list(settledBounced), false, "refund_failed"},
		"it was refused, and the gateway calls it done":   {list(failedRefund, done), true, "refunded"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := order(v1.WxSao, 1)
			for _, meet := range c.meet {
				meet(w, p)
			}
			w.clock.advance(time.Hour)
			word := Settlement{Key: key(p), State: translate.Refunded, GatewayNo: "TT1", Who: "ann", Why: "bank transfer"}
			so, err := w.bridge.Settle(t.Context(), w.settings, word)
			if err != nil || so.ByGateway != c.byGateway || so.Said != "refunded" {
				t.Errorf("%+v, %v", so, err)
			}
			w.wantState(p, translate.Refunded)
			changes, err := w.ledger.Changes(t.Context(), ledger.ChangeFilter{Key: key(p)})
			if err != nil || len(changes.Items) == 0 {
				t.Fatalf("%+v, %v", changes, err)
			}
			if last := changes.Items[0]; last.Before != c.was || last.After != "refunded, gateway number TT1" || last.Why != word.Why {
				t.Errorf("on record: %+v", last)
			}
		})
	}
}

// TestDryRunOfABounce: whether it could be settled only the gateway knows, whose answer is on
// record then. The order is as it was, and what was asked in vain is in its history.
func TestDryRunOfABounce(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		ask   fault
		taken bool
		kept  int
	}{
		"it bounced":           {fault{state: "11", refund: v2.RefundCardFailed}, true, 1},
		"the gateway is quiet": {silent, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := order(v1.WxSao, 1)
			isRefunded(w, p)
			asked := w.gateway.count(v2.TranRefundQuery)
			w.gateway.setScript(c.ask)
			_, err := w.bridge.Settle(t.Context(), w.settings, Settlement{Key: key(p), State: translate.RefundFailed, DryRun: true})
			if (err == nil) != c.taken {
				t.Errorf("got %v", err)
			}
			w.wantState(p, translate.Refunded)
			list, err := w.ledger.QuarantinedMessages(t.Context(), ledger.QuarantineFilter{})
			if err != nil || len(list.Items) != c.kept {
				t.Errorf("in quarantine: %+v, %v", list.Items, err)
			}
			if n := w.gateway.count(v2.TranRefundQuery) - asked; n != 1 {
				t.Errorf("asked %d times", n)
			}
			events, err := w.ledger.Events(t.Context(), key(p))
			asks := func(e ledger.Event) bool { return e.Kind == "call" && e.Source == v2.TranRefundQuery }
			if err != nil || !slices.ContainsFunc(events.Items, asks) {
				t.Errorf("the question is not on record: %+v, %v", events.Items, err)
			}
		})
	}
}

// TestOldNoticeOfABouncedRefund: a refund that bounced is tried again, and an old notice comes
// once more that it is done. It proves nothing: the try goes on, or is the operator's again.
func TestOldNoticeOfABouncedRefund(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		tried fault
		state translate.State
	}{
		"it has not left":   {unsent, translate.Refunding},
		"its answer is due": {lost, translate.Refunding},
		"it was refused":    {refuses, translate.RefundFailed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := newClock()
			w := worldAtTime(t, t.TempDir(), clock, ledger.WithClock(clock.now))
			p := order(v1.WxSao, 1)
			settledBounced(w, p)
			w.gateway.setScript(silent, c.tried)
			if _, _, err := w.bridge.RetryRefund(t.Context(), w.settings, key(p), ledger.Change{Who: "ann", Why: "bounced"}); err != nil {
				t.Fatal(err)
			}
			w.wantState(p, c.state)
			w.gateway.chance = func() fault { return silent } // when it is asked
			_ = refundIsDone(w, p)                            // acknowledged or kept, as somebody will ask or nobody
			w.wantState(p, c.state)
		})
	}
}
