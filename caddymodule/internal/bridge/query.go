package bridge

import (
	"context"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// Query serves a verified query. What is final is answered from the ledger;
// otherwise the gateway is asked, together with everybody else who asks about
// the same order and not too often, and the merchant gets what is certain.
func (b *Bridge) Query(ctx context.Context, s *Settings, ref v1.OrderRef) v1.QueryReply {
	order, err := b.find(ctx, ref)
	if err != nil {
		return v1.QueryReply{RespCode: findCode(err), MerID: ref.MerID, OrderID: ref.OrderID}
	}
	if b.worthQuerying(order) {
		order = b.askNowAndThen(ctx, s, order)
	}
	return translate.BuildQueryReply(order.ForMerchant())
}

// Watch returns how an order stands for who looks at its page, after asking the gateway
// where that is worth it and was not done just now.
func (b *Bridge) Watch(ctx context.Context, s *Settings, order ledger.Order) ledger.Order {
	if b.worthQuerying(order) || awaitsLastQuery(order) {
		return b.askNowAndThen(ctx, s, order)
	}
	return order
}

// askNowAndThen asks the gateway about an order unless somebody did just now.
func (b *Bridge) askNowAndThen(ctx context.Context, s *Settings, order ledger.Order) ledger.Order {
	call := b.queries.current(order.Key)
	if call == nil && b.queryLimiter.Allow(order.Key, b.now()) {
		call = b.queryGateway(ctx, s, order)
	}
	if result, ok := wait(ctx, s.Timeouts.Reply, call); ok {
		return later(order, result.order)
	}
	return order
}

// awaitsLastQuery reports whether an order is over whose payer may have paid all the same,
// in a window that was still open. Somebody who looks at its page may be that payer, and is
// not to be told to order again.
func awaitsLastQuery(order ledger.Order) bool {
	return order.State.Row().Due == translate.DueLastQuery && !order.Next.IsZero()
}

// worthQuerying reports whether the gateway may know more of an order than the
// ledger. While a call that changes it is under way it is left alone: the answer
// comes by itself.
func (b *Bridge) worthQuerying(order ledger.Order) bool {
	return !order.State.Final() && order.State.Askable() && !b.pays.inHand(order.Key) && !inHand(order, b.now())
}
