package bridge

import (
	"context"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// quarantine keeps news aside that is signed but untrue or not understood: it
// changes no order and is passed on to nobody; an operator has to look at it.
func (b *Bridge) quarantine(ctx context.Context, order ledger.Order, source string, cause error) {
	b.observer.Quarantined()
	b.log.Error("gateway message quarantined", orderFields(order), zap.String("source", source), zap.Error(cause))
	if err := b.ledger.AddEvent(ctx, order.Key, "quarantined", source, cause.Error(), b.now()); err != nil {
		b.log.Error("quarantine not recorded", orderFields(order), zap.Error(err))
	}
}
