package bridge

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// TestRefundThatIsDealtWith: somebody has dealt with a refund that was refused for want of
// balance, for the payer keeps the goods or has the money by other means. The next try,
// when there is balance again, must not give the money back.
func TestRefundThatIsDealtWith(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := order(v1.WxSao, 1)
	failedRefund(w, p)
	if o := w.wantState(p, translate.RefundFailed); o.Next.IsZero() {
		t.Fatal("it is not tried again")
	}
	if err := w.ledger.DealWith(t.Context(), key(p), ledger.RefundMatter, ledger.Change{Who: "ann", Why: "payer keeps the goods"}); err != nil {
		t.Fatal(err)
	}
	for range refundRetries {
		w.clock.advance(24 * time.Hour)
		w.step()
	}
	w.wantState(p, translate.RefundFailed)
	if n := w.gateway.refundsPaid(); n != 0 {
		t.Fatalf("%d refunds", n)
	}
	if _, _, err := w.bridge.RetryRefund(t.Context(), w.settings, key(p), ledger.Change{Who: "ann", Why: "goods came back"}); err != nil {
		t.Fatal(err)
	}
	w.wantState(p, translate.Refunded) // who tries it on purpose may
}

// TestRefundThatIsDealtWithMeanwhile: while the gateway is asked about a refund that one
// person has tried again, another says that the payer has the money by other means. It is
// not given back twice.
func TestRefundThatIsDealtWithMeanwhile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := order(v1.WxSao, 1)
	failedRefund(w, p)
	w.clock.advance(time.Minute)
	w.gateway.setScript(fault{code: v2.RespNotFound, mangle: func(_ context.Context, body string) RoundTrip {
		must(w.ledger.DealWith(t.Context(), key(p), ledger.RefundMatter, ledger.Change{Who: "bob", Why: "paid back by bank transfer"}))
		return RoundTrip{Sent: true, Body: []byte(body)}
	}})
	retry := func() error {
		_, _, err := w.bridge.RetryRefund(t.Context(), w.settings, key(p), ledger.Change{Who: "ann", Why: "balance filled up"})
		return err
	}
	if err := retry(); !errors.Is(err, ErrNotSettled) || !strings.Contains(err.Error(), "dealt with") {
		t.Errorf("got %v, want that somebody has dealt with it", err)
	}
	w.wantState(p, translate.RefundFailed)
	if n := w.gateway.refundsPaid(); n != 0 {
		t.Fatalf("%d refunds", n)
	}
	if dealt, err := w.ledger.DealtWith(t.Context(), key(p)); err != nil || len(dealt) != 1 {
		t.Errorf("dealt with: %+v, %v", dealt, err)
	}
	if err := retry(); err != nil {
		t.Errorf("on purpose: %v", err)
	}
	w.wantState(p, translate.Refunded)
}

// dealWithRefund records that somebody has given back what the gateway would not.
func dealWithRefund(w *world, p v1.PayRequest) {
	must(w.ledger.DealWith(w.tb.Context(), key(p), ledger.RefundMatter, ledger.Change{Who: "ann", Why: "paid back by bank transfer"}))
}

// settleRefunded has somebody settle a refund with the number of a transfer.
func settleRefunded(w *world, p v1.PayRequest) {
	w.clock.advance(time.Minute)
	settlement := Settlement{Key: key(p), State: translate.Refunded, GatewayNo: "TT1", Who: "ann", Why: "bank transfer"}
	_, err := w.bridge.Settle(w.tb.Context(), w.settings, settlement)
	must(err)
	w.wantState(p, translate.Refunded)
}

// refundIsDone is a notice that an order's refund is done.
func refundIsDone(w *world, p v1.PayRequest) error {
	o := w.order(p)
	return w.notice(w.gateway.says("", map[string]string{
		"merOrderId": o.OrderNo, "refundState": "31", "refundAmt": "19.99", "merRefundFlowId": o.RefundNo,
	}))
}

// TestRefundIsDoneThatIsDealtWith: who has a refund tried again that is dealt with hears
// that the gateway has paid it meanwhile. It is not submitted once more, what was dealt
// with stays on record, and the answer is in quarantine until somebody has settled it.
func TestRefundIsDoneThatIsDealtWith(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := order(v1.WxSao, 1)
	failedRefund(w, p)
	dealWithRefund(w, p)
	w.gateway.refunds[w.order(p).RefundNo] = &refunded{amount: "19.99", state: v2.RefundSuccess}
	submitted := w.gateway.count(v2.TranRefund)
	w.clock.advance(time.Minute)
	_, said, err := w.bridge.RetryRefund(t.Context(), w.settings, key(p), ledger.Change{Who: "bob", Why: "balance filled up"})
	if !errors.Is(err, ErrNotSettled) || !strings.Contains(err.Error(), "dealt with") || said != "refunded" {
		t.Errorf("got %q, %v", said, err)
	}
	w.wantState(p, translate.RefundFailed)
	if n := w.gateway.count(v2.TranRefund); n != submitted {
		t.Errorf("submitted %d times more", n-submitted)
	}
	if dealt, err := w.ledger.DealtWith(t.Context(), key(p)); err != nil || len(dealt) != 1 {
		t.Errorf("dealt with: %+v, %v", dealt, err)
	}
	list, err := w.ledger.QuarantinedMessages(t.Context(), ledger.QuarantineFilter{})
	if err != nil || len(list.Items) != 1 || list.Items[0].Key != key(p) {
		t.Errorf("in quarantine: %+v, %v", list.Items, err)
	}
	if n := w.logs.FilterMessageSnippet("the payer may have the money twice").FilterLevelExact(zap.ErrorLevel).Len(); n != 1 {
		t.Errorf("%d errors in the log", n)
	}
	settleRefunded(w, p)
}

// TestRefundIsDoneThatWasSettled: somebody has said that a refund without an answer is
// done, and the gateway confirms it. That is no contradiction, but the operator may have
// given the money back by other means.
func TestRefundIsDoneThatWasSettled(t *testing.T) {
	t.Parallel()
	for name, byHand := range map[string]bool{"settled by hand": true, "said by the gateway": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, p, _ := withRefundAccepted(t)
			if byHand {
				w.gateway.setScript(lost)
				settleRefunded(w, p)
			} else if err := refundIsDone(w, p); err != nil {
				t.Fatal(err)
			}
			if err := refundIsDone(w, p); err != nil {
				t.Fatal(err)
			}
			want := 0
			if byHand {
				want = 1
			}
			if n := w.logs.FilterMessageSnippet("settled by hand").FilterLevelExact(zap.WarnLevel).Len(); n != want {
				t.Errorf("%d warnings, want %d", n, want)
			}
		})
	}
}
