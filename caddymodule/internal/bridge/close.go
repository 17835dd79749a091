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
// the close.
func (b *Bridge) closeUnpaid(ctx context.Context, s *Settings, result queryResult, source string) queryResult {
	order := result.order
	result.moved = false // by the close
	update := ledger.Update{State: translate.Closed, At: b.now(), Source: source}
	if s.TranCodes.Close == "" || result.unknown {
		update = closeHere(update, order, lastQueryAt(order, update.At))
	} else {
		var closed translate.Report
		if result, update, closed = b.closeThere(ctx, s, result, update); closed.State != translate.Closed {
			return result
		}
	}
	update.Events = result.events
	return b.recordResult(ctx, result, update)
}

// closeHere makes a close the bridge's own conclusion, which is worth no more than its
// claim. The order's payer may pay at this moment: next is when the gateway is asked once
// more. A step that is under way knows less, and has no say any more in that.
func closeHere(update ledger.Update, order ledger.Order, next time.Time) ledger.Update {
	update.Claim, update.Own, update.Takes, update.Next = order.Claim, true, true, next
	return update
}

// afterRefusedClose is how long after its close an order is queried once more that the
// gateway has refused to close: it may refuse because a payment is just under way.
const afterRefusedClose = time.Hour

// closeThere has the gateway close an order, and completes the update that records it.
// What the gateway has confirmed is recorded whoever holds the order by then. An order that
// it calls unpaid and refuses to close, when its payer's time is over, would be open for
// ever: it is closed here. The report is Closed, or why that is not certain.
func (b *Bridge) closeThere(
	ctx context.Context, s *Settings, result queryResult, update ledger.Update,
) (queryResult, ledger.Update, translate.Report) {
	order, unpaid := result.order, result.report.Unpaid()
	report, a := b.closeAtGateway(ctx, s, order)
	result.answer, result.events = a, append(slices.Clip(result.events), a.event)
	fields := []zap.Field{orderFields(order), zap.String("reason", report.Reason)}
	switch {
	case report.State == translate.Closed:
		update.Claim, update.Own, update.Next = 0, false, lastQueryAfter(a, order, update.At)
	case report.Refused && unpaid && !update.At.Before(order.PayableUntil()):
		b.log.Warn("the gateway refuses to close an order whose time is over; it is closed here, and what is still paid is given back", fields...)
		update = closeHere(update, order, update.At.Add(afterRefusedClose))
		report = translate.Report{State: translate.Closed}
	case report.OurFault:
		b.log.Error("the gateway could not read our close; it is asked for again, look into it", fields...)
	default:
		b.log.Warn("order not closed at the gateway", fields...)
	}
	return result, update, report
}

// lastQueryAt is when an order that is failed, or closed here and still open at the
// gateway, is queried once more: when its payer cannot pay any longer. A payment that
// no notice told of is found and refunded then.
func lastQueryAt(order ledger.Order, now time.Time) time.Time {
	if end := order.PayableUntil(); now.Before(end) {
		return end.Add(time.Second)
	}
	return time.Time{}
}

// lastQueryAfter is when an order is queried once more that the gateway has closed by this
// answer: never, unless the answer itself tells that the order is still to be paid, or the
// order may have been sent again while it was closed, or may still be by its payer's browser,
// which has its form.
func lastQueryAfter(a answer, order ledger.Order, now time.Time) time.Time {
	closed := a.said.TranState == "" || a.said.TranState == v2.TranFailed
	if closed && order.State == translate.Pending && !handedOut(order) { // which is sent no more
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
	case !b.isLast(ctx, order, result):
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

// isLast reports whether nobody need ask about an order any more after this answer. That the
// gateway has no such order proves nothing when it is said once: it may have known it.
func (b *Bridge) isLast(ctx context.Context, order ledger.Order, result queryResult) bool {
	now := b.now()
	switch {
	case result.unrecorded:
		return false
	case result.report.NotFound:
		return b.surelyUnknown(ctx, order, "query", order.SentAt, now)
	case !result.report.Certain():
		b.logStale(order, result.report, now)
		return false
	}
	return true
}

// closeAtGateway has the gateway close an order. It reports Closed, or why that is not
// certain.
func (b *Bridge) closeAtGateway(ctx context.Context, s *Settings, order ledger.Order) (translate.Report, answer) {
	return b.callAndJudge(ctx, s, order, CloseCall, v2.CloseRequest{OrderID: order.OrderNo})
}
