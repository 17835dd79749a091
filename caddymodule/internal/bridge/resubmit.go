package bridge

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// resubmit decides what a repeated request, or the payer's browser, does to its
// order. Exactly one of all, here and on other bridges, gets to send. One that
// meets a call under way on another bridge waits for what comes of it.
func (b *Bridge) resubmit(ctx context.Context, job payJob, order ledger.Order, source string) (ledger.Order, bool) {
	now := b.now()
	if inHand(order, now) {
		return b.awaitOther(ctx, order), false
	}
	if !mayResubmitPay(order, job, now) {
		return order, false
	}
	if order.State == translate.InDoubt && job.rule.PaidInBrowser() && !b.resubmitLimiter.Allow(order.Key, now) {
		return order, false // payers reload pages faster than merchants repeat requests
	}
	stored, verdict, err := b.ledger.Record(ctx, order.Key, ledger.Update{
		State: translate.Sent, At: now, Source: source, Claim: order.Claim, Next: now.Add(job.settings.Timeouts.payLease()),
		OpenID: job.payer(order),
	})
	if errors.Is(err, ledger.ErrFenced) { // another was faster: nothing is written that could be taken back
		if stored, err = b.ledger.Order(ctx, order.Key); err != nil {
			b.log.Error("order not read that another sends", orderFields(order), zap.Error(err))
			return order, false
		}
		verdict = translate.Repeated
	}
	if err != nil {
		b.takeBackResubmit(order, now, err)
		return order, false
	}
	b.observer.UpdateJudged(verdict)
	if verdict != translate.Applied {
		return b.awaitOther(ctx, stored), false
	}
	b.observer.OrderMoved(stored.State)
	// The order keeps its number, each message has a flow number of its own: a
	// gateway that has seen one refuses it the second time.
	stored.FlowNo = b.numbers.flow(order.GatewayMerchant, now)
	return stored, true
}

// mayResubmitPay reports whether a repeated request may send its v2 order: when
// nothing was sent yet, or when only a code can have been shown. A scanned code
// is never sent twice, and an order whose time is over not at all.
func mayResubmitPay(order ledger.Order, job payJob, now time.Time) bool {
	if !now.Before(order.ExpiresAt) {
		return false
	}
	if job.rule.PaidInBrowser() && !raw(job.merchant, job.payer(order)) {
		return false // the payer's browser sends it
	}
	switch {
	case !order.State.MayBecome(translate.Sent):
		return false
	case order.State == translate.InDoubt:
		return !job.rule.MovesMoneyAtOnce()
	}
	return !job.rule.PaidInBrowser() || job.payer(order) != ""
}
