package bridge

import (
	"context"
	"errors"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// again decides what a repeated request, or the payer's browser, does to its
// order. Exactly one of all, here and on other bridges, gets to send. One that
// meets a call under way on another bridge waits for what comes of it.
func (b *Bridge) again(ctx context.Context, job payJob, order ledger.Order, source string) (ledger.Order, bool) {
	now := b.now()
	if inHand(order, now) {
		return b.awaitOther(ctx, order), false
	}
	if !maySendAgain(order, job, now) {
		return order, false
	}
	if order.State == translate.InDoubt && job.rule.Mode == translate.InWeChat && !b.repeated.Allow(order.Key, now) {
		return order, false // payers reload pages faster than merchants repeat requests
	}
	stored, verdict, err := b.ledger.Record(ctx, order.Key, ledger.News{
		State: translate.Sent, At: now, Source: source, Claim: order.Claim, Next: now.Add(job.settings.Timeouts.payLease()),
		OpenID: job.payer(order),
	})
	if errors.Is(err, ledger.ErrFenced) { // another was faster
		stored, err = b.ledger.Order(ctx, order.Key)
		verdict = translate.Repeated
	}
	if err != nil {
		if order.State == translate.Begun {
			unsent := order
			unsent.State, unsent.SentAt, unsent.Claim = translate.Sent, now, order.Claim+1
			b.takeBack(unsent)
		}
		return order, false
	}
	b.observer.NewsJudged(verdict)
	if verdict != translate.Applied {
		return b.awaitOther(ctx, stored), false
	}
	b.observer.OrderMoved(stored.State)
	// The order keeps its number, each message has a flow number of its own: a
	// gateway that has seen one refuses it the second time.
	stored.FlowNo = b.numbers.flow(order.GatewayMerchant, now)
	return stored, true
}

// maySendAgain reports whether a repeated request may send its v2 order: when
// nothing was sent yet, or when only a code can have been shown. A scanned code
// is never sent twice, and an order whose time is over not at all.
func maySendAgain(order ledger.Order, job payJob, now time.Time) bool {
	if !now.Before(order.ExpiresAt) {
		return false
	}
	if job.rule.Mode == translate.InWeChat && !raw(job.merchant, job.payer(order)) {
		return false // the payer's browser sends it
	}
	switch order.State {
	case translate.Begun:
		return job.rule.Mode != translate.InWeChat || job.payer(order) != ""
	case translate.InDoubt:
		return !job.rule.MovesMoneyAtOnce()
	}
	return false
}

// inHand reports whether somebody has a call for the order under way that must
// not be made twice: its pay call or the first call for its refund.
func inHand(order ledger.Order, now time.Time) bool {
	calling := order.State == translate.Sent || (order.State == translate.Refunding && order.Tries == 0)
	return calling && now.Before(order.Next)
}

// awaitOther waits while another bridge has an order's pay call in hand.
func (b *Bridge) awaitOther(ctx context.Context, order ledger.Order) ledger.Order {
	const look = 100 * time.Millisecond
	ticker := time.NewTicker(look)
	defer ticker.Stop()
	for order.State == translate.Sent && inHand(order, b.now()) {
		select {
		case <-ctx.Done():
			return order
		case <-ticker.C:
		}
		if now, err := b.ledger.Order(ctx, order.Key); err == nil {
			order = now
		}
	}
	return order
}
