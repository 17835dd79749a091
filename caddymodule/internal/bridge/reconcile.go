package bridge

import (
	"context"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/crash"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/outage"
)

const (
	// pollEvery is how often the reconciler searches for due orders at the least.
	pollEvery = time.Second
	// longestPause is the longest that it waits while the ledger is away: an
	// order is not late by more when the ledger comes back.
	longestPause = 15 * time.Second
)

// pauseAfter is how long to wait until the next search: twice as long as before
// while searching fails, so that a ledger that is away is not pressed.
func pauseAfter(err error, before time.Duration) time.Duration {
	if err == nil {
		return pollEvery
	}
	return min(2*before, longestPause)
}

// reconcile takes due steps of orders until ctx is done: queries of orders
// without a result, refunds under way, expiries, and orders that a crashed bridge
// left behind. It rests while no settings are attached.
func (b *Bridge) reconcile(ctx context.Context) {
	var busy sync.WaitGroup
	defer busy.Wait()
	slots := newStepSlots()
	away := outage.New(b.log, zap.ErrorLevel, "due orders cannot be claimed; trying on", "due orders are claimed again")
	for pause := pollEvery; ; {
		woken := b.woken
		if pause > pollEvery {
			woken = nil // no matter who wakes: the ledger is away
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		case <-woken:
			timer.Stop()
		}
		orders, err := b.due(ctx, slots)
		pause = pauseAfter(err, pause)
		if ctx.Err() == nil {
			away.Report(err)
		}
		for _, order := range orders {
			slot := slots.take(order.MerID)
			b.wake() // there may be more
			busy.Go(func() {
				defer b.wake() // there is room again
				started := b.now()
				defer func() { slots.giveBack(slot, b.now().Sub(started)) }()
				b.stepDue(ctx, order)
			})
		}
	}
}

// due claims orders whose next step is due, as many as there are slots for.
func (b *Bridge) due(ctx context.Context, slots *stepSlots) (orders []ledger.Order, err error) {
	defer func() {
		if bug := recover(); bug != nil {
			err = crash.Log(b.log, "looking for due orders", bug)
		}
	}()
	s := b.current()
	if s == nil || slots.offer().Limit == 0 {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, recording)
	defer cancel()
	return b.ledger.ClaimOrders(ctx, b.now(), lease(s), slots.offer)
}

// stepDue takes the step of a claimed order.
func (b *Bridge) stepDue(ctx context.Context, order ledger.Order) {
	s := b.current()
	if s == nil {
		return // the lease ends, and whoever runs then takes the step
	}
	defer func() {
		if bug := recover(); bug != nil {
			_ = crash.Log(b.log, "taking a step of an order", bug, orderFields(order))
		}
	}()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stepTime(s))
	defer cancel()
	b.step(ctx, s, order)
}

// wake makes the reconciler search at once.
func (b *Bridge) wake() {
	select {
	case b.woken <- struct{}{}:
	default: // it is about to search
	}
}
