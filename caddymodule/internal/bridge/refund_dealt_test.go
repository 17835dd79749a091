package bridge

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

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
