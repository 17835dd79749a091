package bridge

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// How the reconciler works: how often it looks for due orders at the least, how
// many it takes at once and how many it works on side by side.
const (
	lookEvery   = time.Second
	stepsAtOnce = 32
)

// reconcile takes due steps of orders until ctx is done: queries of orders
// without news, refunds under way, expiries, and orders that a crashed bridge
// left behind. It rests while no settings are attached.
func (b *Bridge) reconcile(ctx context.Context) {
	var busy sync.WaitGroup
	defer busy.Wait()
	slots := make(chan struct{}, stepsAtOnce)
	var more atomic.Bool // there was more due than there were slots
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
		free := cap(slots) - len(slots)
		orders := b.due(ctx, free)
		more.Store(len(orders) == free)
		for _, order := range orders {
			slots <- struct{}{}
			busy.Go(func() {
				b.stepDue(ctx, order)
				<-slots
				if more.Load() {
					b.wake()
				}
			})
		}
	}
}

// due claims the orders whose next step is due.
func (b *Bridge) due(ctx context.Context, limit int) []ledger.Order {
	s := b.current()
	if s == nil || limit == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, recording)
	defer cancel()
	orders, err := b.ledger.ClaimOrders(ctx, b.now(), lease(s), limit)
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
