package ledger

import (
	"context"
	"time"

	"github.com/paybridge/paybridge/translate"
)

// RetryRefund takes a refund that has failed up again under its one number: the
// order is refunding once more, its next step is due at next, and it is the
// caller's by the new claim. claim is that which the caller holds, 0 for none. With
// a change it is an operator's doing. RetryRefund returns [ErrFenced] when the
// order is not in that state any more, or in other hands.
func (l *Ledger) RetryRefund(ctx context.Context, k Key, claim int64, next time.Time, c *Change) (Order, error) {
	source, made := "retry", change{}
	if c != nil {
		var err error
		if made, err = l.change(k, "refund", *c); err != nil {
			return Order{}, wrap(err, "retrying refund")
		}
		source = "operator"
	}
	batch := newEventBatch(l.now(), moved(translate.RefundFailed, translate.Refunding, source))
	o, err := write(ctx, l, func(t *tx) (Order, error) {
		o, err := one(t, scanOrder, orderByKey+` {lock}`, k.OrderID, k.MerID)
		if err != nil {
			return Order{}, err
		}
		if o.State != translate.RefundFailed || o.RefundNo == "" || (claim != 0 && claim != o.Claim) {
			return Order{}, ErrFenced
		}
		o.State, o.Next, o.Tries = translate.Refunding, toMillis(next).time(), 0
		o.Claim++
		if err := update(t, o); err != nil {
			return Order{}, err
		}
		if err := reopen(t, k, RefundMatter); err != nil {
			return Order{}, err
		}
		if c != nil {
			if err := addChange(t, made.from(string(translate.RefundFailed), string(translate.Refunding))); err != nil {
				return Order{}, err
			}
		}
		return o, batch.add(t, k)
	})
	return o, wrap(err, "retrying refund")
}
