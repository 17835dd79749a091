package bridge

import (
	"context"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// inHand reports whether somebody has a call for the order under way that must
// not be made twice: its pay call or the first call for its refund.
func inHand(order ledger.Order, now time.Time) bool {
	calling := order.State == translate.Sent || (order.State == translate.Refunding && order.Tries == 0)
	return calling && now.Before(order.Next)
}

// awaitOther waits while another bridge has an order's pay call in hand.
func (b *Bridge) awaitOther(ctx context.Context, order ledger.Order) ledger.Order {
	defer b.expect(-1)() // who waits here writes nothing, most often
	const look = 100 * time.Millisecond
	ticker := time.NewTicker(look)
	defer ticker.Stop()
	for order.State == translate.Sent && inHand(order, b.now()) {
		select {
		case <-ctx.Done():
			return order
		case <-ticker.C:
		}
		if now, err := b.ledger.Order(ctx, order.Key); err == nil {
			order = now
		}
	}
	return order
}
