package bridge

import (
	"context"

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
	if b.pays.has(order.Key) {
		return translate.CancelReply(facts(order))
	}
	fl := b.cancels.join(order.Key, func(*flight[ledger.Order]) ledger.Order {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cancelTime(s))
		defer cancel()
		return b.cancel(ctx, s, order)
	})
	if after, ok := wait(ctx, s.Timeouts.Reply, fl); ok {
		order = after
	}
	return translate.CancelReply(facts(order))
}

// cancel takes an order as far towards closed or refunded as it can be taken
// now. The gateway is asked first, because the payer may have paid this moment.
func (b *Bridge) cancel(ctx context.Context, s *Settings, order ledger.Order) ledger.Order {
	if inHand(order, b.now()) {
		return order
	}
	var seen sight
	switch order.State {
	case translate.Sent, translate.Pending, translate.InDoubt:
		var ok bool
		if seen, ok = wait(ctx, s.Timeouts.Gateway+recording, b.look(ctx, s, order)); !ok {
			return order
		}
		order = seen.order
	}
	switch order.State {
	case translate.Begun:
		order, _ = b.closeUnsent(ctx, order, "cancel")
	case translate.Pending:
		// Without a close at the gateway, nothing but its word that nobody has
		// paid makes the order safe to close. Of an order whose form its payer
		// has not posted the gateway knows nothing.
		unposted := seen.report.NotFound && handedOut(order)
		if s.TranCodes.Close != "" || seen.report.State == translate.Pending || unposted {
			seen = b.closeUnpaid(ctx, s, seen, "cancel")
			order = seen.order
		}
	case translate.Paid:
		order = b.beginRefund(ctx, s, order)
	case translate.Refunding:
		// Only the ladder sends a refund again: a merchant who is impatient asks.
		if b.asked.Allow(order.Key, b.now()) {
			if seen, ok := wait(ctx, s.Timeouts.Gateway+recording, b.look(ctx, s, order)); ok {
				order = seen.order
			}
		}
	}
	if !seen.moved {
		b.keep(ctx, order, seen.trail...)
	}
	return order
}
