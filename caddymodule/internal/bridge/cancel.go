package bridge

import (
	"context"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// Cancel serves a verified cancel: an order that is not paid is closed, a paid
// one is refunded in full. The merchant hears "00" only when the order is
// closed or refunded; it may repeat the request until then.
func (b *Bridge) Cancel(ctx context.Context, s *Settings, m *merchants.Merchant, ref v1.OrderRef) v1.CancelReply {
	order, err := b.find(ctx, ref)
	if err != nil {
		return v1.CancelReply{RespCode: findCode(err), MerID: m.MerID, OrderID: ref.OrderID}
	}
	if b.pays.inHand(order.Key) {
		return translate.BuildCancelReply(order.ForMerchant())
	}
	call := b.cancels.do(order.Key, func(*sharedCall[ledger.Order]) ledger.Order {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cancelTime(s))
		defer cancel()
		if b.awaitTime(ctx) != nil {
			return order
		}
		return b.cancel(ctx, s, order)
	})
	if after, ok := wait(ctx, s.Timeouts.Reply, call); ok {
		order = later(order, after)
	}
	return translate.BuildCancelReply(order.ForMerchant())
}

// canCall reports whether the keys of the gateway merchant that an order was made for are
// configured, and tells the operator where they are not: the merchant may have been given
// another one since.
func (b *Bridge) canCall(s *Settings, order ledger.Order) bool {
	if s.Merchants.HasGatewayMerchant(order.GatewayMerchant) {
		return true
	}
	if b.cancelLimiter.Allow(order.Key, b.now()) {
		b.log.Error("a paid order cannot be refunded: its gateway merchant is not configured any more; put the keys back, and the merchant's next cancel refunds it",
			orderFields(order), zap.String("gateway_merchant", order.GatewayMerchant))
	}
	return false
}

// cancel takes an order as far towards closed or refunded as it can be taken
// now. The gateway is asked first, because the payer may have paid this moment.
func (b *Bridge) cancel(ctx context.Context, s *Settings, order ledger.Order) ledger.Order {
	if inHand(order, b.now()) {
		return order
	}
	var result queryResult
	if order.State.Row().Due == translate.DueQuery {
		if !b.cancelLimiter.Allow(order.Key, b.now()) {
			return order // the merchant's program repeats its cancel in a loop
		}
		var ok bool
		if result, ok = b.askGateway(ctx, s, order); !ok {
			return order
		}
		order = result.order
	}
	switch order.State.Row().CancelStep {
	case translate.CancelUnsent:
		order, _ = b.closeUnsent(ctx, order, "cancel")
	case translate.CancelUnpaid:
		if result.unrecorded {
			break // it may be paid
		}
		// Without a close at the gateway, nothing but its word that nobody has
		// paid makes the order safe to close. Of an order whose form its payer
		// has not posted the gateway knows nothing.
		result.unknown = result.report.NotFound && handedOut(order)
		if s.TranCodes.Close != "" || result.report.Unpaid() || result.unknown {
			result = b.closeUnpaid(ctx, s, result, "cancel")
			order = result.order
			b.recordEvents(ctx, order, result.events...)
		}
	case translate.CancelPaid:
		// Recorded first, it would be refunding for as long as nobody can ask the gateway.
		if b.canCall(s, order) {
			order = b.beginRefund(ctx, s, order)
		}
	case translate.CancelAskAfter:
		// Only the schedule submits a refund again: an impatient merchant has it queried.
		if b.queryLimiter.Allow(order.Key, b.now()) {
			if result, ok := b.askGateway(ctx, s, order); ok {
				order = result.order
			}
		}
	}
	return order
}
