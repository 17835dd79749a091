package bridge

import (
	"context"
	"errors"
	"slices"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// alarmAge is how old an order becomes before every query of it that brings
// nothing certain is an alarm: a person has to ask the gateway's people.
const alarmAge = 24 * time.Hour

// step takes the due step of an order that was claimed for it. Whatever comes of
// it, the order has moved or its next step has a time afterwards; should the
// ledger not take that, it is the end of the claim.
func (b *Bridge) step(ctx context.Context, s *Settings, order ledger.Order) {
	if b.abandoned.has(order) {
		b.stepAbandoned(ctx, order)
		return
	}
	switch order.State.Row().Due {
	case translate.DueClose:
		b.closeUnsent(ctx, order, "expiry")
	case translate.DueLastQuery:
		b.lastQuery(ctx, s, order)
	case translate.DueRefund:
		result := b.refund(ctx, s, order)
		if ended := result.order.State.Final(); !result.moved && !ended { // ended by a run whose answer was lost
			b.postpone(ctx, s, result.order, result)
		}
	case translate.DueRetryRefund:
		b.retryDue(ctx, s, order)
	default:
		result, ok := wait(ctx, stepTime(s), b.queryGateway(ctx, s, order))
		if ok && !result.moved {
			b.stepBlind(ctx, s, order, result)
		}
	}
}

// stepBlind is the step of an order after an answer that did not move it.
func (b *Bridge) stepBlind(ctx context.Context, s *Settings, order ledger.Order, result queryResult) {
	now, report := b.now(), result.report
	expired := now.After(order.PayableUntil())
	if !result.unrecorded && report.NotFound && (expired || order.State != translate.Pending) {
		result.unknown = handedOut(order) || b.surelyUnknown(ctx, order, "query", order.SentAt, now)
	}
	if closes := report.Unpaid() || (result.unknown && order.State == translate.Pending); closes && expired {
		result = b.closeUnpaid(ctx, s, result, "expiry")
	}
	update := ledger.Update{At: now, Source: "query", Claim: order.Claim, Events: result.events}
	switch {
	case result.moved:
		return
	case result.unrecorded:
		b.postpone(ctx, s, order, result)
		return
	case result.unknown && order.State != translate.Pending:
		update.State, update.Next, update.Own = translate.Failed, s.nextStep(order, translate.Failed, 0, now), true
		b.recordUpdate(ctx, order, update)
		return
	case order.State == translate.Sent:
		// Nobody is sending it any more, and what came of it is not known.
		update.State, update.Next = translate.InDoubt, s.nextStep(order, translate.InDoubt, 0, now)
		b.recordUpdate(ctx, order, update)
		return
	}
	if order.State == translate.InDoubt && report.Unpaid() {
		result.events = append(result.events, b.unpaidEvents(ctx, order, now)...)
	}
	b.logStale(order, report, now)
	b.postpone(ctx, s, order, result)
}

// unpaidEvents are what the timeline keeps, once, of an order in doubt that the
// gateway calls unpaid: the answer with its code was lost. Its merchant's repeat
// gets a code, and no person has to ask about money.
func (b *Bridge) unpaidEvents(ctx context.Context, order ledger.Order, now time.Time) []ledger.Event {
	events, err := b.ledger.Events(ctx, order.Key)
	told := slices.ContainsFunc(events.Items, func(e ledger.Event) bool { return e.Kind == ledger.UnpaidEvent })
	if err != nil || told {
		return nil // what is not written down now is at the next step
	}
	return []ledger.Event{{
		At: now, Kind: ledger.UnpaidEvent, Source: "query", Detail: "the answer with the code was lost; the merchant's own repeat gets a code",
	}}
}

// logStale tells of a query that brought nothing certain: as an alarm when an order has
// been without an answer for too long, also one that is closed and may have been paid.
func (b *Bridge) logStale(order ledger.Order, report translate.Report, now time.Time) {
	fields := []zap.Field{orderFields(order), zap.String("state", string(order.State)), zap.String("reason", report.Reason)}
	overdue := order.State == translate.InDoubt || now.After(order.ExpiresAt)
	switch age := now.Sub(order.CreatedAt); {
	case overdue && age > alarmAge:
		b.log.Error("outcome of an order is unknown for too long; ask the gateway's people about it", append(fields, zap.Duration("age", age))...)
	case report.Reason != "":
		b.log.Info("query brought nothing certain", fields...)
	}
}

// postpone says that a step moved nothing and when the next one is due. Only the holder
// of the order's claim can say so. What is certain and could not be recorded is asked for
// once more at once, for money may hang on it.
func (b *Bridge) postpone(ctx context.Context, s *Settings, order ledger.Order, result queryResult) {
	now, tries := b.now(), order.Tries+1
	next := s.nextStep(order, order.State, tries, now)
	switch {
	case result.unrecorded:
		next = s.nextQuery(0, now)
	case order.State.Final(): // which has no step but its last query, or the try of its refund
		next = s.nextQuery(tries, now)
	}
	err := b.ledger.Postpone(ctx, order.Key, order.Claim, next, tries, result.events...)
	switch {
	case errors.Is(err, ledger.ErrFenced):
		// It has moved meanwhile. The calls were made; that its code was lost is not known now.
		happened := slices.DeleteFunc(slices.Clone(result.events), func(e ledger.Event) bool { return e.Kind == ledger.UnpaidEvent })
		b.recordEvents(ctx, order, happened...)
	case err != nil:
		b.log.Error("next step of an order not recorded", orderFields(order), zap.Error(err))
	}
}
