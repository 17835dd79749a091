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

// closeUnsent closes an order that has not left the bridge, and reports whether it
// did.
func (b *Bridge) closeUnsent(ctx context.Context, order ledger.Order, source string) (ledger.Order, bool) {
	return b.recordUpdate(ctx, order, ledger.Update{State: translate.Closed, At: b.now(), Source: source, Claim: order.Claim, Own: true})
}

// closeUnpaid closes an order that nobody has paid: at the gateway where it has a
// close and may know the order, and otherwise here, where a payment that still
// arrives is refunded. It takes the result of a query and returns it with what came of
// the close. What the gateway has confirmed is recorded whoever holds the order by then;
// only the bridge's own conclusion is worth no more than its claim.
func (b *Bridge) closeUnpaid(ctx context.Context, s *Settings, result queryResult, source string) queryResult {
	order := result.order
	result.moved = false // by the close
	update := ledger.Update{State: translate.Closed, At: b.now(), Source: source}
	if s.TranCodes.Close == "" || result.unknown {
		update.Claim, update.Own = order.Claim, true
		// Its payer may pay at this moment. A step that is under way knows less, and has no
		// say any more in when that is asked.
		update.Next, update.Takes = lastQueryAt(order, update.At), true
	} else {
		report, a := b.closeAtGateway(ctx, s, order)
		result.answer, result.events = a, append(slices.Clip(result.events), a.event)
		if report.State != translate.Closed {
			b.log.Warn("order not closed at the gateway", orderFields(order), zap.String("reason", report.Reason))
			return result
		}
		update.Next = lastQueryAfter(a, order, update.At)
	}
	update.Events = result.events
	return b.recordResult(ctx, result, update)
}

// lastQueryAt is when an order that is failed, or closed here and still open at the
// gateway, is queried once more: when its payer cannot pay any longer. A payment that
// no notice told of is found and refunded then.
func lastQueryAt(order ledger.Order, now time.Time) time.Time {
	if end := order.ExpiresAt.Add(expiryGrace); now.Before(end) {
		return end.Add(time.Second)
	}
	return time.Time{}
}

// lastQueryAfter is when an order is queried once more that the gateway has closed by this
// answer: never, unless the answer itself tells that the order is still to be paid, or the
// order may have been sent again while it was closed.
func lastQueryAfter(a answer, order ledger.Order, now time.Time) time.Time {
	closed := a.said.TranState == "" || a.said.TranState == v2.TranFailed
	if closed && order.State == translate.Pending { // which is sent no more
		return time.Time{}
	}
	return lastQueryAt(order, now)
}

// lastQuery queries the gateway one last time about a closed or failed order.
func (b *Bridge) lastQuery(ctx context.Context, s *Settings, order ledger.Order) {
	result, ok := wait(ctx, stepTime(s), b.queryGateway(ctx, s, order))
	switch {
	case !ok || result.moved:
		return
	case result.unrecorded:
		b.postpone(ctx, s, order, result)
		return
	case result.report.NotFound:
		// The gateway may have known it: said once, it proves nothing.
		if !b.surelyUnknown(ctx, order, "query", order.SentAt, b.now()) {
			b.postpone(ctx, s, order, result)
			return
		}
	case !result.report.Certain():
		b.logStale(order, result.report, b.now())
		b.postpone(ctx, s, order, result)
		return
	}
	err := b.ledger.Rest(ctx, order.Key, order.Claim, result.events...)
	switch {
	case errors.Is(err, ledger.ErrFenced): // something was told of it meanwhile, see keepAsTold
		b.recordEvents(ctx, order, result.events...)
	case err != nil:
		b.log.Error("last query of an order not recorded", orderFields(order), zap.Error(err))
	}
}

// closeAtGateway has the gateway close an order. It reports Closed, or why that is not
// certain.
func (b *Bridge) closeAtGateway(ctx context.Context, s *Settings, order ledger.Order) (translate.Report, answer) {
	return b.callAndJudge(ctx, s, order, CloseCall, v2.CloseRequest{OrderID: order.OrderNo})
}
