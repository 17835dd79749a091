package bridge

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// tooLate is why a pay call or a refund is given up that could end after others have taken
// the order over.
const tooLate = "too late to send"

// send makes the one call for an order and judges the answer, which is the zero one where
// no call was made.
func (b *Bridge) send(ctx context.Context, job payJob, order ledger.Order) (translate.Report, answer) {
	now := b.now()
	out := outgoing{kind: PayCall, latest: latestCall(job.settings, order)}
	if out.tooLate(now) {
		return translate.NotSent(tooLate), answer{}
	}
	job.request.OpenID = order.OpenID // which the payer's browser may have told
	head, body := translate.BuildPayRequest(job.request, job.rule, b.told(job.payCall(order, now)))
	plaintext, err := body.Marshal(head)
	if err != nil {
		return translate.NotSent(err.Error()), answer{}
	}
	out.tranCode, out.flowNo, out.plaintext = head.TranCode, head.TranFlowID, plaintext
	a, failed := b.call(ctx, job.settings, order, out)
	switch {
	case failed != nil && failed.sent:
		return translate.NothingCertain(failed.reason), a
	case failed != nil:
		return translate.NotSent(failed.reason), a
	}
	report, err := job.rule.JudgePay(a.said, expected(order, PayCall, job.settings.TranCodes, a.flowNo))
	if err != nil {
		b.disbelieve(ctx, order, PayCall, a, err)
	}
	return report, a
}

func (job payJob) payCall(order ledger.Order, now time.Time) translate.PayCall {
	subject := job.merchant.Subject
	if subject == "" {
		subject = job.settings.Subject
	}
	return translate.PayCall{
		TranCode:        job.settings.TranCodes.Pay,
		GatewayMerchant: order.GatewayMerchant,
		OrderNo:         order.OrderNo,
		FlowNo:          order.FlowNo,
		NotifyURL:       job.settings.NotifyURL,
		Subject:         subject,
		ClientIP:        order.ClientIP,
		Now:             now,
		Expires:         order.ExpiresAt,
	}
}

// record writes down what a call came to. When the ledger cannot take it, the
// order stays as it was sent and is settled by a query later: the merchant
// hears nothing that is not durable.
func (b *Bridge) record(ctx context.Context, job payJob, order ledger.Order, report translate.Report, a answer) payResult {
	update := b.newUpdate(job.settings, order, report, "answer", a.calls())
	update.Held = &order
	if report.State != translate.Paid && report.State != translate.Pending {
		// Whoever has taken the order over since, when this bridge stood still for
		// a while, knows more of it: an old refusal says nothing of a newer call.
		update.Claim = order.Claim
	}
	if report.Reason != "" {
		b.log.Warn("pay call without a clear answer", orderFields(order),
			zap.String("state", string(report.State)), zap.String("reason", report.Reason))
	}
	stored, verdict, err := b.ledger.Record(ctx, order.Key, update)
	if errors.Is(err, ledger.ErrFenced) {
		return b.superseded(ctx, order, report, update.Events)
	}
	if err != nil {
		b.log.Error("outcome not recorded, order is settled by queries", orderFields(order),
			zap.String("outcome", string(report.State)), zap.Error(err))
		return payResult{order: order}
	}
	b.reportTransition(stored, update, verdict)
	b.keepContradiction(ctx, stored, update, verdict, a)
	return payResult{order: stored}
}

// superseded keeps the call whose outcome came too late on record, and returns how
// the order stands in the hands of whoever has taken it over.
func (b *Bridge) superseded(ctx context.Context, order ledger.Order, report translate.Report, events []ledger.Event) payResult {
	b.log.Warn("outcome came after another had taken the order over; the order is settled by queries",
		orderFields(order), zap.String("outcome", string(report.State)))
	b.recordEvents(ctx, order, events...)
	if now, err := b.ledger.Order(ctx, order.Key); err == nil {
		order = now
	}
	return payResult{order: order}
}
