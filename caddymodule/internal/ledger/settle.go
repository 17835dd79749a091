package ledger

import (
	"context"
	"fmt"

	"github.com/paybridge/paybridge/translate"
)

// Settle records news that an operator brings of an order, together with the
// change, in one transaction. Unlike [Ledger.Record] it takes only a plain step
// forward: with any other verdict than Applied nothing is written, and the order
// is returned as it stands. What an operator may bring is for the caller to
// decide.
func (l *Ledger) Settle(ctx context.Context, k Key, n News, c Change) (Order, translate.Verdict, error) {
	made, err := l.change(k, "settle", c)
	if err != nil {
		return Order{}, 0, fmt.Errorf("settling order: %w", err)
	}
	n, way, err := l.news(n)
	if err != nil {
		return Order{}, 0, fmt.Errorf("settling order: %w", err)
	}
	r, err := write(ctx, l, func(t *tx) (recorded, error) { return settle(t, k, n, way, made) })
	if err != nil {
		return Order{}, 0, fmt.Errorf("settling order as %s: %w", n.State, err)
	}
	return r.order, r.verdict, nil
}

func settle(t *tx, k Key, n News, way trail, c change) (recorded, error) {
	was, err := one(t, scanOrder, orderByKey+` {lock}`, k.OrderID, k.MerID)
	if err != nil {
		return recorded{}, err
	}
	made, err := isMade(t, c)
	if err != nil || made {
		return recorded{was, translate.Applied}, err
	}
	if verdict := translate.Judge(was.State, n.State); verdict != translate.Applied {
		return recorded{was, verdict}, nil
	}
	o, err := step(t, was, n, translate.Applied)
	if err != nil {
		return recorded{}, err
	}
	if err := way.with(moved(was.State, o.State, n.Source)).add(t, k); err != nil {
		return recorded{}, err
	}
	return recorded{o, translate.Applied}, addChange(t, c.from(string(was.State), string(o.State)))
}
