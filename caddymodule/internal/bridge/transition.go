package bridge

import (
	"context"
	"slices"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// operatorSource is where an update comes from that is an operator's word.
const operatorSource = "operator"

// reportTransition tells the operator what became of an update: one line for what
// changes an order, a louder one for what must not happen, and a count.
func (b *Bridge) reportTransition(order ledger.Order, update ledger.Update, verdict translate.Verdict) {
	b.observer.UpdateJudged(verdict)
	fields := []zap.Field{
		orderFields(order), zap.String("news", string(update.State)), zap.String("source", update.Source),
		zap.String("state", string(order.State)), zap.Stringer("verdict", verdict),
	}
	switch {
	case verdict == translate.Contradicted && update.State == translate.Refunded:
		b.log.Error("gateway says that a refund is done which somebody has given back by other means, or settled as failed; the payer may have the money twice, look into it", fields...)
	case verdict == translate.Contradicted:
		b.log.Error("gateway contradicts what is final; the order is unchanged, look into it", fields...)
	case verdict == translate.LatePayment:
		b.log.Warn("an order that was closed or failed has been paid after all; refunding it", fields...)
	case verdict == translate.Repeated && order.State == translate.Refunded && b.settledByHand(order):
		b.log.Warn("gateway says that a refund is done which somebody has settled by hand; see that the money did not go back twice", fields...)
	case verdict != translate.Applied:
		b.log.Info("update changes nothing", fields...)
	case order.State == translate.RefundFailed:
		b.log.Error("refund failed; the payer has not got the money, look into it", fields...)
	default:
		b.log.Info("order moved", fields...)
	}
	if verdict == translate.Applied || verdict == translate.LatePayment {
		b.observer.OrderMoved(order.State)
	}
	switch {
	case verdict == translate.LatePayment:
		b.wake() // the refund is due now
	case verdict == translate.Applied && order.State == translate.Paid:
		b.notify.Wake()
		b.observer.OrderPaid(order.Key)
	}
}

// settledByHand reports whether an order is in its state by an operator's word.
func (b *Bridge) settledByHand(order ledger.Order) bool {
	ctx, cancel := context.WithTimeout(context.Background(), recording)
	defer cancel()
	events, err := b.ledger.Events(ctx, order.Key)
	if err != nil {
		b.log.Error("history of an order not read", orderFields(order), zap.Error(err))
		return false
	}
	return slices.ContainsFunc(events.Items, func(e ledger.Event) bool {
		return e.Source == operatorSource && e.LedTo() == order.State
	})
}

// newUpdate makes the update that records a report. The number of a refund comes along
// with a payment, should that have come too late. That a refund has failed is fenced by the
// claim: told late, it says nothing of what was tried since.
func (b *Bridge) newUpdate(
	s *Settings, order ledger.Order, report translate.Report, source string, events []ledger.Event,
) ledger.Update {
	now := b.now()
	update := ledger.Update{
		State: report.State, At: now, Source: source, Events: events,
		PaidAt: report.PaidAt, GatewayNo: report.GatewayNo, FormAction: report.FormAction, PayData: report.PayData, GatewayMessage: report.GatewayMessage,
		Next: s.nextStep(order, report.State, 0, now),
	}
	switch report.State {
	case translate.RefundFailed:
		update.Claim, update.Takes = order.Claim, true
	case translate.Paid:
		if update.PaidAt.IsZero() {
			update.PaidAt = b.wall(now)
		}
		update.RefundNo = b.numbers.refund(order.OrderNo)
	}
	return update
}
