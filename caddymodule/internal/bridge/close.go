package bridge

import (
	"context"
	"errors"
	"slices"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// closeUnsent closes an order of which nothing has left the bridge, and reports
// whether it did.
func (b *Bridge) closeUnsent(ctx context.Context, order ledger.Order, source string) (ledger.Order, bool) {
	return b.note(ctx, order, ledger.News{State: translate.Closed, At: b.now(), Source: source, Claim: order.Claim})
}

// closeUnpaid closes an order that nobody has paid: at the gateway where it has a
// close and knows the order, and otherwise here, where a payment that still
// arrives is refunded. It takes what a look has seen and returns it with what has
// come of the close.
func (b *Bridge) closeUnpaid(ctx context.Context, s *Settings, seen sight, source string) sight {
	order := seen.order
	news := ledger.News{State: translate.Closed, At: b.now(), Source: source, Claim: order.Claim}
	if s.TranCodes.Close == "" || seen.report.NotFound {
		news.Next = lastLook(order, news.At)
	} else {
		call, reason := b.closeAtGateway(ctx, s, order)
		seen.trail = append(slices.Clip(seen.trail), call)
		if reason != "" {
			b.log.Warn("order not closed at the gateway", orderFields(order), zap.String("reason", reason))
			return seen
		}
	}
	news.Trail = seen.trail
	seen.order, seen.moved = b.note(ctx, order, news)
	return seen
}

// lastLook is when an order that is failed, or closed here and still open at the
// gateway, is looked at once more: when its payer cannot pay any longer. A payment
// whose notice was lost is found and refunded then.
func lastLook(order ledger.Order, now time.Time) time.Time {
	if end := order.ExpiresAt.Add(expiryGrace); now.Before(end) {
		return end.Add(time.Second)
	}
	return time.Time{}
}

// lookBack takes the last look at a closed or failed order.
func (b *Bridge) lookBack(ctx context.Context, s *Settings, order ledger.Order) {
	seen, ok := wait(ctx, stepTime(s), b.look(ctx, s, order))
	if !ok || seen.moved {
		return
	}
	var err error
	if certain := seen.report.NotFound || seen.report.State != translate.InDoubt; certain {
		err = b.ledger.Rest(ctx, order.Key, order.Claim, seen.trail...)
	} else {
		tries := order.Tries + 1
		err = b.ledger.Postpone(ctx, order.Key, order.Claim, s.rung(tries, b.now()), tries, seen.trail...)
	}
	if err != nil && !errors.Is(err, ledger.ErrFenced) {
		b.log.Error("last look at an order not recorded", orderFields(order), zap.Error(err))
	}
}

// closeAtGateway returns its call and why the gateway has not surely closed the
// order, or "".
func (b *Bridge) closeAtGateway(ctx context.Context, s *Settings, order ledger.Order) (call ledger.Event, reason string) {
	a, failed := b.exchange(ctx, s, order, CloseCall, v2.CloseRequest{OrderID: order.OrderNo})
	if failed != nil {
		return a.event, failed.reason
	}
	reason, err := translate.JudgeClose(a.Message, expected(order, a.flowNo, s.TranCodes.Close))
	if err != nil {
		b.disbelieve(ctx, order, "close", a, err)
	}
	return a.event, reason
}
