package bridge

import (
	"context"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
	"github.com/paybridge/paybridge/translate/v2"
)

// closeUnsent closes an order of which nothing has left the bridge, and reports
// whether it did.
func (b *Bridge) closeUnsent(ctx context.Context, order ledger.Order, source string) (ledger.Order, bool) {
	return b.note(ctx, order, ledger.News{State: translate.Closed, At: b.now(), Source: source, Claim: order.Claim})
}

// closeUnpaid closes an order that the gateway knows and nobody has paid: at the
// gateway where it has a close, and otherwise here, where a payment that still
// arrives is refunded. It reports whether it did.
func (b *Bridge) closeUnpaid(ctx context.Context, s *Settings, order ledger.Order, source string) (ledger.Order, bool) {
	if s.TranCodes.Close != "" {
		if reason := b.closeAtGateway(ctx, s, order); reason != "" {
			b.log.Warn("order not closed at the gateway", orderFields(order), zap.String("reason", reason))
			return order, false
		}
	}
	return b.note(ctx, order, ledger.News{State: translate.Closed, At: b.now(), Source: source, Claim: order.Claim})
}

// closeAtGateway returns why the gateway has not surely closed the order, or "".
func (b *Bridge) closeAtGateway(ctx context.Context, s *Settings, order ledger.Order) string {
	answer, failed := b.exchange(ctx, s, order, s.TranCodes.Close, v2.CloseRequest{OrderID: order.OrderNo})
	if failed != nil {
		return failed.reason
	}
	if class := v2.Classify(answer.Head.RespCode); class != v2.Processed {
		return "gateway answered " + class.String()
	}
	return ""
}
