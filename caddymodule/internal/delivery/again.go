package delivery

import (
	"context"
	"errors"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/tracing"
)

// errStopping says that a call that was asked for was not begun.
var errStopping = errors.New("the bridge is being stopped; nothing was sent, ask again afterwards")

// SendAgain calls a merchant once more about a payment that it has acknowledged, in the
// form and by the checks of every notification. The call is on record before it is made,
// and once it is begun neither its failure nor a crash brings another one: what came of
// it is recorded, and the notification stays delivered. It goes beside the hosts' queues.
//
// The errors are those of [ledger.Ledger.BeginAgain]. When the answer could not be
// recorded, the trial comes with the error.
func (d *Dispatcher) SendAgain(ctx context.Context, k ledger.Key, c ledger.Change) (Trial, error) {
	target, known := d.lookup(k.MerID)
	if !known || target.Key.IsZero() {
		return Trial{}, errNoTarget
	}
	if !d.enter() {
		return Trial{}, errStopping
	}
	defer d.work.Done()
	now := d.now()
	delivery, err := d.ledger.BeginAgain(ctx, k, now, d.lease(), c)
	if err != nil {
		return Trial{}, err
	}
	// Whoever asked may leave; the call goes on, and ends with the dispatcher.
	r := d.attempt(d.calls, delivery.Order, delivery.Attempts, target)
	err = d.recordUntil(now.Add(d.lease()), func(ctx context.Context) error {
		return d.ledger.EndAgain(ctx, delivery.Notification, r.Attempt)
	})
	d.observer.attemptFinished(k.MerID, r.class, r.Duration, 0)
	line := delivery.Notification
	line.Attempts-- // the line names the call that follows
	d.logAttempt(attemptLine{n: line, trace: tracing.ID(delivery.Order.Trace), result: r, to: ledger.Delivered}, err)
	trial := Trial{Attempt: r.Attempt, Class: r.class}
	trial.N = delivery.Attempts
	return trial, err
}
