package bridge

import (
	"context"
	"errors"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// queryResult is what a query of the gateway about an order came to.
type queryResult struct {
	order  ledger.Order
	report translate.Report
	answer answer         // that the report is of
	moved  bool           // the answer moved the order and is recorded
	events []ledger.Event // the calls that were made and are not on record yet

	// unknown says that the gateway surely has no such order: it has said so for long and
	// often enough, or only the order's payer can make it known there.
	unknown bool

	// unrecorded says that the ledger did not take what was said for certain: the order
	// stands as before, and nobody may act as if nothing had been said.
	unrecorded bool
}

// certain reports whether what the gateway said of an order that it did not move can be
// acted on.
func (r queryResult) certain() bool {
	return !r.unrecorded && (r.report.Certain() || r.report.NotFound)
}

// left reports whether the query has left the bridge, or may have.
func (r queryResult) left() bool {
	return r.answer.event.Kind != "" && !unsentCall(r.answer.event)
}

// queryGateway queries the gateway about an order, or about its refund while that is
// open, and records what is certain. All who want to know share one call. A query
// that brings nothing certain changes nothing, and its call is on record only if a
// due step made it: merchants may poll without disturbing the schedule or filling the
// ledger.
func (b *Bridge) queryGateway(ctx context.Context, s *Settings, order ledger.Order) *sharedCall[queryResult] {
	return b.queryAbout(ctx, s, order, order.State.OfRefund())
}

// queryAbout is queryGateway about the refund of an order, or about its payment.
func (b *Bridge) queryAbout(ctx context.Context, s *Settings, order ledger.Order, refund bool) *sharedCall[queryResult] {
	return b.queries.do(order.Key, func(*sharedCall[queryResult]) queryResult {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.Timeouts.Gateway+recording)
		defer cancel()
		if err := b.awaitTime(ctx); err != nil {
			return queryResult{order: order, report: translate.NothingCertain(err.Error())}
		}
		if refund {
			return b.queryRefund(ctx, s, order)
		}
		return b.queryPayment(ctx, s, order)
	})
}

// askGateway has the gateway queried about an order and waits for what it says. The order
// of the result is never older than the one given.
func (b *Bridge) askGateway(ctx context.Context, s *Settings, order ledger.Order) (queryResult, bool) {
	return b.askAbout(ctx, s, order, order.State.OfRefund())
}

// askAbout is askGateway about the refund of an order, or about its payment.
func (b *Bridge) askAbout(ctx context.Context, s *Settings, order ledger.Order, refund bool) (queryResult, bool) {
	result, ok := wait(ctx, s.Timeouts.Gateway+recording, b.queryAbout(ctx, s, order, refund))
	result.order = later(order, result.order)
	return result, ok
}

// later is the later of two readings of an order, whose claim only grows. Whoever has begun
// a call that others share may have read the order before them.
func later(a, b ledger.Order) ledger.Order {
	if b.Claim < a.Claim {
		return a
	}
	return b
}

// queryPayment queries the gateway about a payment.
func (b *Bridge) queryPayment(ctx context.Context, s *Settings, order ledger.Order) queryResult {
	report, a := b.callAndJudge(ctx, s, order, QueryCall, v2.QueryRequest{OrderID: order.OrderNo})
	result := queryResult{order: order, report: b.reported(order, report), answer: a, events: a.calls()}
	switch state := result.report.State; {
	case state == translate.Failed && order.State.Final() && translate.Judge(order.State, state) != translate.Contradicted:
		// What is known is not written down again.
	case state.Final():
		result = b.recordResult(ctx, result, b.newUpdate(s, order, result.report, "query", result.events))
	case result.report.Unpaid() && !order.State.Final() && order.State != translate.Pending && answered(order):
		update := b.newUpdate(s, order, result.report, "query", result.events)
		update.Claim = order.Claim
		result = b.recordResult(ctx, result, update)
	}
	return result
}

// reported is what a report means for an order as it stands now.
func (b *Bridge) reported(order ledger.Order, report translate.Report) translate.Report {
	if order.Payable(b.now()) {
		return report.WhilePayable()
	}
	return report
}

// answered reports whether the merchant can have all it needs of an order that
// the gateway knows and nobody has paid. Where a code had to be shown and was
// lost with the answer, the order stays in doubt, so that the merchant's own
// repeat gets a code.
func answered(order ledger.Order) bool {
	rule, known := ruleOf(order)
	return known && (rule.MovesMoneyAtOnce() || order.FormAction != "")
}

// recordUpdate records an update and returns the order as it stands, and whether this
// update moved it.
func (b *Bridge) recordUpdate(ctx context.Context, order ledger.Order, update ledger.Update) (ledger.Order, bool) {
	result := b.recordResult(ctx, queryResult{order: order}, update)
	return result.order, result.moved
}

// recordResult records an update that follows from the result of a query, and returns the
// result with what came of that.
func (b *Bridge) recordResult(ctx context.Context, result queryResult, update ledger.Update) queryResult {
	order := result.order
	stored, verdict, err := b.ledger.Record(ctx, order.Key, update)
	switch {
	case errors.Is(err, ledger.ErrFenced):
		b.recordEvents(ctx, order, update.Events...)
		result.events = nil
	case err != nil:
		b.log.Error("update of an order not recorded", orderFields(order), zap.String("news", string(update.State)), zap.Error(err))
		result.unrecorded = true
	default:
		b.reportTransition(stored, update, verdict)
		b.keepContradiction(ctx, stored, update, verdict, result.answer)
		result.order, result.moved, result.events = stored, verdict == translate.Applied || verdict == translate.LatePayment, nil
	}
	return result
}
