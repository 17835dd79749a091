package delivery

import (
	"context"
	"errors"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/tracing"
	"github.com/paybridge/paybridge/translate"
)

// ErrStopping says that a call that was asked for was not begun.
var ErrStopping = errors.New("the bridge is being stopped; nothing was sent, ask again afterwards")

// ErrTooLate says that a call that was begun was not made, because it could end after
// another was begun. It stays on record as one of which nothing is known.
var ErrTooLate = errors.New("the ledger was too slow; nothing was sent, ask again in a minute")

// SendAgain calls a merchant once more about a payment that it has acknowledged, in the
// form and by the checks of every notification. The call is on record before it is made,
// and once it is begun neither its failure nor a crash brings another one: what came of
// it is recorded, and the notification stays delivered. It goes beside the hosts' queues.
//
// The errors are those of [ledger.Ledger.BeginAgain], ErrStopping and ErrTooLate. When the answer could
// not be recorded, the trial comes with the error.
func (d *Dispatcher) SendAgain(ctx context.Context, k ledger.Key, change ledger.Change) (Trial, error) {
	target, known := d.lookup(k.MerID)
	if !known || target.Key.IsZero() {
		return Trial{}, errNoTarget
	}
	if !d.enter() {
		return Trial{}, ErrStopping
	}
	defer d.work.Done()
	now := d.now()
	delivery, err := d.ledger.BeginAgain(ctx, k, now, d.lease(), change)
	if err != nil {
		return Trial{}, err
	}
	c := claimed{delivery, now, now.Add(d.lease())}
	end := func(a ledger.Attempt) error {
		return d.recordUntil(c.until, func(ctx context.Context) error { return d.ledger.EndAgain(ctx, c.Notification, a) })
	}
	var r result
	if err = d.mayCallAgain(&c); err == nil {
		// Whoever asked may leave; the call goes on, and ends with the dispatcher.
		r = d.attempt(d.calls, c, c.Attempts, target)
		err = r.unmade
	}
	if errors.Is(err, ledger.ErrNotPaid) {
		err = errors.Join(err, end(ledger.Attempt{At: d.now(), Class: string(Withheld)}))
	}
	if err != nil {
		return Trial{}, err
	}
	err = end(r.Attempt)
	d.observer.attemptFinished(k.MerID, r.class, r.Duration, 0)
	line := c.Notification
	line.Attempts-- // the line names the call that follows
	d.logAttempt(attemptLine{n: line, trace: tracing.ID(c.Order.Trace), result: r, to: ledger.Delivered}, err)
	trial := Trial{Attempt: r.Attempt, Class: r.class}
	trial.N = c.Attempts
	return trial, err
}

// mayCallAgain says why a call that was slow to begin is not made after all.
func (d *Dispatcher) mayCallAgain(c *claimed) error {
	if d.tooLate(*c) {
		return ErrTooLate
	}
	if err := d.bringUpToDate(c); err != nil {
		return err
	}
	if d.tooLate(*c) {
		return ErrTooLate
	}
	if c.Order.Notify() != translate.NotifySend {
		return ledger.ErrNotPaid
	}
	return nil
}
