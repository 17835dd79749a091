package ledger

import (
	"context"
	"time"

	"github.com/paybridge/paybridge/translate"
)

// RetryByHand is an operator's word that a refund is to be tried again.
type RetryByHand struct {
	Change
	// Dealt is what was dealt with when the operator gave it, see [Ledger.DealtWith]. What
	// somebody has dealt with since is not tried again: the money may have gone back by other
	// means.
	Dealt []Dealt
}

// CompleteFailure adds to a refund that has failed what was not told with that: the gateway's
// message, and when it is tried again, zero for never. It returns [ErrFenced] when the order
// is not in that state any more or in other hands, or when either is on record already.
func (l *Ledger) CompleteFailure(ctx context.Context, k Key, claim int64, message string, next time.Time) (Order, error) {
	next = toMillis(next).time()
	o, err := write(ctx, l, func(t *tx) (Order, error) {
		o, err := one(t, scanOrder, orderByKey+` {lock}`, k.OrderID, k.MerID)
		told := o
		told.GatewayMessage, told.Next = message, next
		told = toStored(told)
		switch {
		case err != nil:
			return Order{}, err
		case t.again && o == told:
			return o, nil // an earlier run wrote it
		case o.State != translate.RefundFailed || o.Claim != claim || o.GatewayMessage != "" || !o.Next.IsZero():
			return Order{}, ErrFenced
		}
		return told, update(t, told)
	})
	return o, wrap(err, "completing a failed refund")
}

// RetryRefund takes a refund that has failed up again under its one number: the
// order is refunding once more, its next step is due at next, and it is the
// caller's by the new claim. claim is that which the caller holds, 0 for none; by is
// nil where the bridge tries it by itself. RetryRefund returns [ErrFenced] when the
// order is not in that state any more, or in other hands, and [ErrDealtWith] as
// [RetryByHand] says.
func (l *Ledger) RetryRefund(ctx context.Context, k Key, claim int64, next time.Time, by *RetryByHand) (Order, error) {
	source, made := "retry", change{}
	if by != nil {
		var err error
		if made, err = l.change(k, "refund", by.Change); err != nil {
			return Order{}, wrap(err, "retrying refund")
		}
		source = "operator"
	}
	batch := newEventBatch(l.now(), moved(translate.RefundFailed, translate.Refunding, source))
	o, err := write(ctx, l, func(t *tx) (Order, error) {
		o, retried, err := refundToRetry(t, k, claim, toMillis(next), by, made)
		if retried || err != nil {
			return o, err
		}
		o.State, o.Next, o.Tries = translate.Refunding, toMillis(next).time(), 0
		o.Claim++
		if err := update(t, o); err != nil {
			return Order{}, err
		}
		if err := reopen(t, k, RefundMatter); err != nil {
			return Order{}, err
		}
		if by != nil {
			if err := addChange(t, made.from(string(translate.RefundFailed), string(translate.Refunding))); err != nil {
				return Order{}, err
			}
		}
		return o, batch.add(t, k)
	})
	return o, wrap(err, "retrying refund")
}

// refundToRetry locks an order whose refund may be tried again. retried says that an
// earlier run of the same function was committed: nobody else has the order since.
func refundToRetry(t *tx, k Key, claim int64, next millis, by *RetryByHand, made change) (o Order, retried bool, err error) {
	o, err = one(t, scanOrder, orderByKey+` {lock}`, k.OrderID, k.MerID)
	if err != nil {
		return Order{}, false, err
	}
	if t.again && o.State == translate.Refunding && o.Tries == 0 && toMillis(o.Next) == next {
		ours := claim != 0 && o.Claim == claim+1
		if by != nil {
			ours, err = isMade(t, made)
		}
		if ours || err != nil {
			return o, ours, err
		}
	}
	switch {
	case o.State != translate.RefundFailed || o.RefundNo == "" || (claim != 0 && claim != o.Claim):
		return Order{}, false, ErrFenced
	case by != nil:
		err = notDealtSince(t, k, RefundMatter, by.Dealt)
	}
	return o, false, err
}
