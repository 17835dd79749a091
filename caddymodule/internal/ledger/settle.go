package ledger

import (
	"context"
	"fmt"
	"slices"

	"github.com/paybridge/paybridge/translate"
)

// Settle records an operator's update of an order, together with the
// change, in one transaction. Unlike [Ledger.Record] it takes only what moves the
// order: with any other verdict than Applied and LatePayment nothing is written,
// and the order is returned as it stands. What the gateway has contradicted moves by such a
// word as the gateway has said, where the order's state lets a person say that. What else an
// operator may bring is for the caller to decide.
func (l *Ledger) Settle(ctx context.Context, k Key, u Update, c Change) (Order, translate.Verdict, error) {
	made, err := l.change(k, "settle", c)
	if err != nil {
		return Order{}, 0, fmt.Errorf("settling order: %w", err)
	}
	u, batch, err := l.prepareUpdate(u)
	if err != nil {
		return Order{}, 0, fmt.Errorf("settling order: %w", err)
	}
	r, err := write(ctx, l, func(t *tx) (recorded, error) { return settle(t, k, u, batch, made) })
	if err != nil {
		return Order{}, 0, fmt.Errorf("settling order as %s: %w", u.State, err)
	}
	return r.order, r.verdict, nil
}

func settle(t *tx, k Key, u Update, batch eventBatch, c change) (recorded, error) {
	was, err := one(t, scanOrder, orderByKey+` {lock}`, k.OrderID, k.MerID)
	if err != nil {
		return recorded{}, err
	}
	made, err := isMade(t, c)
	if err != nil || made {
		return recorded{was, translate.Applied}, err
	}
	verdict := judge(was, u, false)
	if verdict == translate.Contradicted {
		if verdict, err = judgeContradicted(t, was, u); err != nil {
			return recorded{}, err
		}
	}
	if verdict != translate.Applied && verdict != translate.LatePayment {
		return recorded{was, verdict}, nil
	}
	o, err := step(t, was, u, verdict)
	if err != nil {
		return recorded{}, err
	}
	if err := batch.with(moved(was.State, o.State, u.Source)).add(t, k); err != nil {
		return recorded{}, err
	}
	return recorded{o, verdict}, addChange(t, c.from(string(was.State), string(o.State)))
}

// contradictedBy selects that a message has contradicted an order's state with another.
const contradictedBy = `SELECT kind FROM events
	WHERE order_id = $1 AND mer_id = $2 AND kind = 'contradicted' AND detail = $3 LIMIT 1`

// judgeContradicted is the verdict of a person's word that denies what was final: Applied
// where the gateway's own word that does so is on record.
func judgeContradicted(t *tx, o Order, u Update) (translate.Verdict, error) {
	if !slices.Contains(o.State.Row().SettleContradicted, u.State) {
		return translate.Contradicted, nil
	}
	_, err := one(t, scanText, contradictedBy, o.OrderID, o.MerID, denied(u.State, o.State))
	switch {
	case isNotFound(err):
		return translate.Contradicted, nil
	case err != nil:
		return 0, err
	}
	return translate.Applied, nil
}

// Confirm records an operator's word that an order stands as it is, whatever the
// gateway has said since; way is what happened on the way to that word. It returns
// [ErrFenced] when the order is not in that state any more.
func (l *Ledger) Confirm(ctx context.Context, k Key, state translate.State, events []Event, c Change) error {
	made, err := l.change(k, "settle", c)
	if err != nil {
		return fmt.Errorf("confirming order: %w", err)
	}
	batch := newEventBatch(made.At, events...)
	_, err = write(ctx, l, func(t *tx) (none, error) {
		o, err := one(t, scanOrder, orderByKey+` {lock}`, k.OrderID, k.MerID)
		if err != nil {
			return none{}, err
		}
		if done, err := isMade(t, made); err != nil || done {
			return none{}, err
		}
		if o.State != state {
			return none{}, ErrFenced
		}
		if err := batch.add(t, k); err != nil {
			return none{}, err
		}
		return none{}, addChange(t, made.from(string(state), string(state)))
	})
	return wrap(err, "confirming order")
}
