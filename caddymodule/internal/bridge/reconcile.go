package bridge

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// lookEvery is how often the reconciler looks for due orders at the least.
const lookEvery = time.Second

// reconcile takes due steps of orders until ctx is done: queries of orders
// without news, refunds under way, expiries, and orders that a crashed bridge
// left behind. It rests while no settings are attached.
func (b *Bridge) reconcile(ctx context.Context) {
	var busy sync.WaitGroup
	defer busy.Wait()
	slots := newStepSlots()
	for {
		timer := time.NewTimer(lookEvery)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		case <-b.woken:
			timer.Stop()
		}
		for _, order := range b.due(ctx, slots) {
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
func (b *Bridge) due(ctx context.Context, slots *stepSlots) []ledger.Order {
	s := b.current()
	if s == nil || slots.offer().Limit == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, recording)
	defer cancel()
	orders, err := b.ledger.ClaimOrders(ctx, b.now(), lease(s), slots.offer)
	if err != nil && !errors.Is(err, context.Canceled) {
		b.log.Error("looking for due orders", zap.Error(err))
	}
	return orders
}

// stepDue takes the step of a claimed order.
func (b *Bridge) stepDue(ctx context.Context, order ledger.Order) {
	s := b.current()
	if s == nil {
		return // the lease ends, and whoever runs then takes the step
	}
	defer func() {
		if crash := recover(); crash != nil {
			b.log.Error("panic while taking a step of an order", orderFields(order), zap.String("panic", panicText(crash)), zap.Stack("stack"))
		}
	}()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stepTime(s))
	defer cancel()
	b.step(ctx, s, order)
}

// wake makes the reconciler look at once.
func (b *Bridge) wake() {
	select {
	case b.woken <- struct{}{}:
	default: // it is about to look
	}
}
