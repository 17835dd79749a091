package bridge

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// refundRetries is when a refund that was refused for a reason that can pass is
// tried again, so long after each failure. The usual reason is a balance that is
// too low, which is mended within an hour or on the next working day. After the
// last one only an operator tries it again.
var refundRetries = []time.Duration{
	time.Hour, time.Hour, 2 * time.Hour, 4 * time.Hour, 8 * time.Hour, 24 * time.Hour, 24 * time.Hour, 24 * time.Hour,
}

// nextRetry is when a refund of which a report tells is tried again by itself, zero
// for never.
func (b *Bridge) nextRetry(ctx context.Context, order ledger.Order, report translate.Report, now time.Time) time.Time {
	if report.State != translate.RefundFailed || !report.MayPass {
		return time.Time{}
	}
	events, err := b.ledger.Events(ctx, order.Key)
	if err != nil {
		return now.Add(refundRetries[0]) // what was tried before is not known; the next failure may know
	}
	failures := 0
	for _, e := range events {
		if e.LedTo() == translate.RefundFailed {
			failures++
		}
	}
	if failures >= len(refundRetries) {
		return time.Time{}
	}
	return now.Add(refundRetries[failures])
}

// retryDue takes up a failed refund whose time has come. What the gateway says of
// it first counts.
func (b *Bridge) retryDue(ctx context.Context, s *Settings, order ledger.Order) {
	seen, ok := wait(ctx, s.Timeouts.Gateway+recording, b.look(ctx, s, order))
	switch {
	case !ok || seen.moved:
	case seen.report.State == translate.InDoubt && !seen.report.NotFound:
		b.postponeRetry(ctx, s, order, seen)
	default:
		if _, err := b.retryRefund(ctx, s, order, seen, nil); err != nil && !errors.Is(err, ledger.ErrFenced) {
			b.log.Error("refund not taken up again", orderFields(order), zap.Error(err))
		}
	}
}

// postponeRetry leaves a refund that nothing is known of for later.
func (b *Bridge) postponeRetry(ctx context.Context, s *Settings, order ledger.Order, seen sight) {
	tries := order.Tries + 1
	err := b.ledger.Postpone(ctx, order.Key, order.Claim, s.rung(tries, b.now()), tries, seen.trail...)
	if err != nil && !errors.Is(err, ledger.ErrFenced) {
		b.log.Error("next try of a refund not recorded", orderFields(order), zap.Error(err))
	}
}

// retryRefund makes a failed refund refunding again, submits it under its one
// number and returns the order as it stands then. seen is what the gateway has just
// said: a refund that is under way there is not submitted.
func (b *Bridge) retryRefund(ctx context.Context, s *Settings, order ledger.Order, seen sight, change *ledger.Change) (ledger.Order, error) {
	claim := order.Claim
	if change != nil {
		claim = 0 // a person takes it out of whoever's hands
	}
	order, err := b.ledger.RetryRefund(ctx, order.Key, claim, b.now().Add(lease(s)), change)
	if err != nil {
		return order, err
	}
	b.log.Info("refund is tried again", orderFields(order), zap.String("refund_no", order.RefundNo))
	b.observer.OrderMoved(order.State)
	if seen.report.State != translate.Refunding {
		seen = b.submitRefund(ctx, s, order, seen.trail...)
	} else {
		seen.order, seen.moved = order, false
	}
	if !seen.moved {
		b.postpone(ctx, s, order, seen.trail...)
	}
	return seen.order, nil
}

// RetryRefund tries a failed refund again for an operator. The gateway is asked
// first, and when it is certain, its word is recorded instead. It returns the order
// as it stands afterwards and what the gateway said. Errors wrap ErrNotSettled, or
// are those of the ledger.
func (b *Bridge) RetryRefund(ctx context.Context, s *Settings, k ledger.Key, c ledger.Change) (after ledger.Order, said string, err error) {
	order, err := b.ledger.Order(ctx, k)
	switch {
	case err != nil:
		return order, "", err
	case order.State != translate.RefundFailed:
		return order, "", notSettled("the order is %s; only a refund that failed can be tried again", order.State)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cancelTime(s))
	defer cancel()
	seen, ok := wait(ctx, s.Timeouts.Gateway+recording, b.look(ctx, s, order))
	if !ok {
		return order, "", notSettled("the gateway is being asked and has not answered yet; try again")
	}
	said = saidOf(seen.report)
	if seen.moved {
		return seen.order, said, nil
	}
	after, err = b.retryRefund(ctx, s, order, seen, &c)
	if errors.Is(err, ledger.ErrFenced) {
		return after, said, fmt.Errorf("%w: somebody else has just taken the refund up", ErrNotSettled)
	}
	return after, said, err
}
