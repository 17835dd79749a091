package bridge

import (
	"context"
	"errors"
	"slices"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
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

// nextRetry is when a reported refund is tried again by itself, zero for never.
func (b *Bridge) nextRetry(ctx context.Context, order ledger.Order, report translate.Report, now time.Time) time.Time {
	if report.State != translate.RefundFailed || !report.MayPass {
		return time.Time{}
	}
	events, err := b.ledger.Events(ctx, order.Key)
	if err != nil {
		return now.Add(refundRetries[0]) // what was tried before is not known; the next failure may know
	}
	return retryAfter(len(failures(events.Items)), now)
}

// retryAfter is when a refund is tried again that has failed so often before, zero for never.
func retryAfter(before int, now time.Time) time.Time {
	if before >= len(refundRetries) {
		return time.Time{}
	}
	return now.Add(refundRetries[before])
}

// failures are the events that tell that a refund has failed, oldest first.
func failures(events []ledger.Event) (list []ledger.Event) {
	for _, e := range events {
		if e.LedTo() == translate.RefundFailed {
			list = append(list, e)
		}
	}
	return list
}

// earlierTry is why it is not believed that a refund has failed, or is done, which may have
// been submitted more than once. All its tries have one number.
const earlierTry = "what became of the refund may be told of a try before this one"

// toldOfOne reports whether what a notice tells of an order's refund that is under way can
// be about one submission only, whenever that was.
func (b *Bridge) toldOfOne(ctx context.Context, s *Settings, order ledger.Order) bool {
	if order.State != translate.Refunding {
		return true
	}
	record, read := b.refundRecord(ctx, s, order)
	return read && record.once(order, b.now())
}

// isTriedAnew reports whether an order's refund that is open was done before, came back, and
// has been tried again since: a notice that it is done may be one of the time before. What is
// not known may be.
func (b *Bridge) isTriedAnew(ctx context.Context, order ledger.Order) bool {
	if order.State != translate.Refunding && order.State != translate.RefundFailed {
		return false
	}
	events, err := b.ledger.Events(ctx, order.Key)
	if err != nil {
		return true
	}
	cameBack, again := false, false
	for _, e := range events.Items {
		switch {
		case e.LedFrom() == translate.Refunded:
			cameBack, again = true, false
		case e.LedTo() == translate.Refunding:
			again = cameBack
		}
	}
	return again
}

// ofEarlierTry reports whether the failure that the gateway shows of a refund that is under way
// may be that of a try before the present one: that has not left yet, or so short a time ago
// that the gateway's books may still show the one before.
func (r *refundRecord) ofEarlierTry(order ledger.Order, now time.Time) bool {
	notSentYet := r.neverLeft() && r.failed
	return notSentYet || !r.once(order, now) && now.Sub(r.leftAt(order, now)) < notFoundGrace
}

// refundRecord reads what is on record of an order's refund, and reports whether it could.
func (b *Bridge) refundRecord(ctx context.Context, s *Settings, order ledger.Order) (record refundRecord, read bool) {
	events, err := b.ledger.Events(ctx, order.Key)
	if err != nil {
		b.log.Error("earlier calls not read", orderFields(order), zap.Error(err))
		return refundRecord{}, false
	}
	return readRefund(events, s.TranCodes), true
}

// retryAsks is how often the gateway is asked in vain about a refund that it has refused,
// before the refund is tried again without an answer. Which code the query of a refund has is
// not known for certain, so that there may never be one.
const retryAsks = 4

// retryPatience is how long after its failure a refund is asked about that can be neither
// asked about nor tried again. Then it is a person's, as after the last of the tries.
var retryPatience = func() (sum time.Duration) {
	for _, wait := range refundRetries {
		sum += wait
	}
	return sum
}()

// retryDue takes up a failed refund whose time has come. What the gateway says of
// it first counts.
//
// Where it says nothing certain, the refund is tried all the same: the gateway has signed that
// it did not make it, and pays one refund number once, so that a try is no more than it is
// after "no such refund".
func (b *Bridge) retryDue(ctx context.Context, s *Settings, order ledger.Order) {
	result, ok := b.askGateway(ctx, s, order)
	switch {
	case !ok || result.moved:
	case !result.certain() && !askedEnough(order, result):
		b.askOn(ctx, s, order, result)
	default:
		if _, err := b.retryRefund(ctx, s, order, result, nil); err != nil && !errors.Is(err, ledger.ErrFenced) {
			b.log.Error("refund not taken up again", orderFields(order), zap.Error(err))
		}
	}
}

// askedEnough reports whether a failed refund, of which the gateway has said nothing certain,
// has been asked about so often that it is tried again without that. It is not before the
// gateway has answered once more, whatever it says: sent into an outage, what has failed for
// certain would be in doubt. Nor is it where the gateway names a state of the refund other
// than failed.
func askedEnough(order ledger.Order, result queryResult) bool {
	said := result.answer.said
	failed := said.RefundState == "" || slices.Contains(translate.RefundFailed.Row().Refund, said.RefundState)
	return order.Tries+1 >= retryAsks && !result.unrecorded && said.Head.RespCode != "" && failed
}

// askOn has the gateway asked once more about a failed refund, and no more after four days.
func (b *Bridge) askOn(ctx context.Context, s *Settings, order ledger.Order, result queryResult) {
	if result.unrecorded || b.now().Sub(order.SettledAt) < retryPatience {
		b.postpone(ctx, s, order, result)
		return
	}
	fields := []zap.Field{orderFields(order), zap.String("refund_no", order.RefundNo), zap.String("reason", result.report.Reason)}
	err := b.ledger.Rest(ctx, order.Key, order.Claim, result.events...)
	switch {
	case errors.Is(err, ledger.ErrFenced):
		b.recordEvents(ctx, order, result.events...)
	case err != nil:
		b.log.Error("end of a refund's tries not recorded", append(fields, zap.Error(err))...)
	default:
		b.log.Error("a failed refund is not tried again by itself: the gateway could not be asked about it for four days; look into it", fields...)
	}
}

// retryRefund makes a failed refund refunding again, submits it under its one
// number and returns the order as it stands then. seen is what the gateway has just
// said: a refund that is under way there is not submitted.
func (b *Bridge) retryRefund(ctx context.Context, s *Settings, order ledger.Order, result queryResult, by *ledger.RetryByHand) (ledger.Order, error) {
	claim := order.Claim
	if by != nil {
		claim = 0 // a person takes it out of whoever's hands
	}
	order, err := b.ledger.RetryRefund(ctx, order.Key, claim, b.now().Add(lease(s)), by)
	if err != nil {
		return order, err
	}
	b.log.Info("refund is tried again", orderFields(order), zap.String("refund_no", order.RefundNo))
	b.observer.OrderMoved(order.State)
	if result.report.State != translate.Refunding {
		result = b.submitRefund(ctx, s, order, false, result.events...)
	} else {
		result.order, result.moved = order, false
	}
	if !result.moved {
		b.postpone(ctx, s, order, result)
	}
	return result.order, nil
}

// MayRetryRefund says why the refund of an order cannot be tried again by an operator, as an
// error that wraps ErrNotSettled, nil when it can.
func (b *Bridge) MayRetryRefund(ctx context.Context, s *Settings, order ledger.Order) error {
	switch {
	case order.State == translate.Refunded:
		return b.refundNotFailedYet(ctx, order)
	case order.State != translate.RefundFailed:
		return notSettled(refundNotFailedAs(order.State))
	case !s.Merchants.HasGatewayMerchant(order.GatewayMerchant):
		return notSettled(keysAreGone.With(order.GatewayMerchant))
	}
	return nil
}

// refundNotFailedYet says why the refund of an order that is refunded is not tried again, also
// where the gateway has said since that it failed after all.
func (b *Bridge) refundNotFailedYet(ctx context.Context, order ledger.Order) error {
	events, err := b.ledger.Events(ctx, order.Key)
	switch {
	case err != nil:
		return err
	case denies(events.Items, order.State, translate.RefundFailed):
		return notSettled(refundNotFailed.With(bilingual.Term(order.State), moneyCameBack.With()))
	}
	return notSettled(refundNotFailedAs(order.State))
}

// refundNotFailedAs says why the refund of an order in another state than refund_failed is
// not tried again, and what can be done instead.
func refundNotFailedAs(state translate.State) bilingual.Said {
	advice := notKnownPaid
	switch state {
	case translate.Paid:
		advice = giveBack
	case translate.Refunding:
		advice = refundGoesOn
	case translate.Refunded:
		advice = moneyIsBack
	}
	return refundNotFailed.With(bilingual.Term(state), advice.With())
}

// RetryRefund tries a failed refund again for an operator. The gateway is asked
// first, and when it is certain, its word is recorded instead. It returns the order
// as it stands afterwards and what the gateway said. What somebody says meanwhile to
// have dealt with by other means is not tried again. Errors wrap ErrNotSettled, or
// are those of the ledger.
func (b *Bridge) RetryRefund(ctx context.Context, s *Settings, k ledger.Key, c ledger.Change) (after ledger.Order, said string, err error) {
	dealt, err := b.ledger.DealtWith(ctx, k)
	if err != nil {
		return ledger.Order{}, "", err
	}
	order, err := b.ledger.Order(ctx, k)
	if err != nil {
		return order, "", err
	}
	if err := b.MayRetryRefund(ctx, s, order); err != nil {
		return order, "", err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cancelTime(s))
	defer cancel()
	if err := b.awaitTime(ctx); err != nil {
		return order, "", err
	}
	result, ok := b.askGateway(ctx, s, order)
	if !ok {
		return order, "", notSettled(stillAsked.With())
	}
	said = saidOf(result.report)
	switch {
	case result.moved:
		return result.order, said, nil
	case result.unrecorded:
		return order, said, notSettled(notRecorded.With(bilingual.Term(result.report.State)))
	case result.order.State == translate.RefundFailed && result.report.State == translate.Refunded:
		return order, said, notSettled(refundDoneAndDealt.With())
	}
	after, err = b.retryRefund(ctx, s, order, result, &ledger.RetryByHand{Change: c, Dealt: dealt})
	switch {
	case errors.Is(err, ledger.ErrFenced):
		err = notSettled(refundTaken.With())
	case errors.Is(err, ledger.ErrDealtWith):
		err = notSettled(refundDealtWith.With())
	}
	return after, said, err
}
