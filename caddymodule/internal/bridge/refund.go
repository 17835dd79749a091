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

// beginRefund gives the refund of a paid order its number and submits it. Of all
// who want it, here and on other bridges, only one submits.
func (b *Bridge) beginRefund(ctx context.Context, s *Settings, order ledger.Order) ledger.Order {
	now := b.now()
	order, ours := b.recordUpdate(ctx, order, ledger.Update{
		State: translate.Refunding, At: now, Source: "cancel",
		RefundNo: b.numbers.refund(order.OrderNo), Next: now.Add(lease(s)),
	})
	if !ours {
		return order
	}
	result := b.submitRefund(ctx, s, order, false)
	if !result.moved {
		b.postpone(ctx, s, order, result)
	}
	return result.order
}

// refund takes a refund one step further under its one stored number: asks what
// became of it, and submits it when the gateway surely does not have it, by its own word
// or because nothing has left the bridge. The gateway pays one refund number once, so a
// submission may be repeated; but one that was accepted a moment ago may not be in its
// books yet.
func (b *Bridge) refund(ctx context.Context, s *Settings, order ledger.Order) queryResult {
	if order.Tries == 0 {
		return b.submitFirst(ctx, s, order)
	}
	result, ok := wait(ctx, s.Timeouts.Gateway+recording, b.queryGateway(ctx, s, order))
	if !ok {
		return queryResult{order: order}
	}
	if result.moved {
		return result
	}
	result.order = order // whoever shares the call may have read it before
	if !result.knowsNoRefund() {
		return result
	}
	if may, doubted := b.mayResubmitRefund(ctx, s, result); may {
		return b.resubmitRefund(ctx, s, result, doubted)
	}
	return result
}

// knowsNoRefund reports whether the gateway was reached and said nothing of this try of a
// refund: that it has none, nothing that can be understood, as a gateway does that has no such
// query, or what became of a try before.
func (r queryResult) knowsNoRefund() bool {
	return r.left() && !r.report.Certain() && (r.answer.said.RefundState == "" || r.report.Reason == earlierTry)
}

// resubmitRefund sends a refund once more, unless somebody has taken the order out of the
// step's hands while it asked: has settled it, or given the money back by other means. From
// then on the order is in hand, and nobody else has a say in it until the answer is there.
func (b *Bridge) resubmitRefund(ctx context.Context, s *Settings, result queryResult, doubted bool) queryResult {
	order, now := result.order, b.now()
	if now.After(latestCall(s, order)) {
		return result // it was frozen
	}
	held, err := b.ledger.TakeInHand(ctx, order.Key, order.Claim, now.Add(lease(s)),
		ledger.Event{At: now, Kind: resubmitEvent, Source: "refund"})
	if err != nil {
		if !errors.Is(err, ledger.ErrFenced) {
			b.log.Error("refund not taken in hand", orderFields(order), zap.Error(err))
		}
		return result
	}
	held.Tries = order.Tries // the intervals go on
	return b.submitRefund(ctx, s, held, doubted, result.events...)
}

// submitFirst sends a refund that has no try on record. Where whoever held the order before
// may have sent it already, the record says so from then on.
func (b *Bridge) submitFirst(ctx context.Context, s *Settings, order ledger.Order) queryResult {
	if b.takenOver(ctx, s, order) {
		return b.submitRefund(ctx, s, order, true, ledger.Event{At: b.now(), Kind: takenOverEvent, Source: "refund"})
	}
	return b.submitRefund(ctx, s, order, false)
}

// submitRefund sends the refund, after what happened before. Where another
// submission is in doubt, what the gateway refuses now is no end: it may refuse because
// it has paid already, and the next step asks.
func (b *Bridge) submitRefund(ctx context.Context, s *Settings, order ledger.Order, doubted bool, before ...ledger.Event) queryResult {
	submit := translate.BuildRefundRequest(order.OrderNo, order.RefundNo, order.Amount, s.NotifyURL)
	report, a := b.callAndJudge(ctx, s, order, RefundCall, submit)
	if doubted {
		report = report.OverDoubt()
	}
	result := b.recordRefund(ctx, s, queryResult{order: order, report: report, answer: a, events: append(slices.Clip(before), a.event)})
	if report.State == translate.RefundFailed && !result.moved {
		result.order = b.completeFailure(ctx, order, result.order, report)
	}
	return result
}

// completeFailure gives a refund that a notice has called failed, before the answer to its
// submission came, what only the answer says: why, and that it may be tried again. held is the
// order as it was submitted. What anybody else has done to it since stands, a person's word
// above all.
func (b *Bridge) completeFailure(ctx context.Context, held, now ledger.Order, report translate.Report) ledger.Order {
	if now.State != translate.RefundFailed || now.Claim != held.Claim+1 {
		return now
	}
	events, err := b.ledger.Events(ctx, now.Key)
	failed := failures(events.Items)
	if err != nil || len(failed) == 0 || failed[len(failed)-1].Source == operatorSource {
		return now
	}
	var next time.Time
	if report.MayPass {
		next = retryAfter(len(failed)-1, b.now())
	}
	if report.GatewayMessage == "" && next.IsZero() {
		return now // it says no more than the notice
	}
	completed, err := b.ledger.CompleteFailure(ctx, now.Key, now.Claim, report.GatewayMessage, next)
	switch {
	case errors.Is(err, ledger.ErrFenced):
	case err != nil:
		b.log.Error("why a refund has failed not recorded", orderFields(now), zap.Error(err))
	default:
		return completed
	}
	return now
}

// takenOver reports whether somebody may have submitted a refund that has no try on
// record: whoever held the order before, and could not record what came of it.
func (b *Bridge) takenOver(ctx context.Context, s *Settings, order ledger.Order) bool {
	record, read := b.refundRecord(ctx, s, order)
	return !read || record.late(b.now())
}

// mayResubmitRefund reports whether a refund of which the gateway knows nothing may be sent
// once more: at once when it surely never left, whatever else the gateway answers, and
// otherwise when it has said for long and often enough that it has no such refund. It is
// doubted where a submission may have left that is not on record.
func (b *Bridge) mayResubmitRefund(ctx context.Context, s *Settings, result queryResult) (may, doubted bool) {
	order := result.order
	events, err := b.ledger.Events(ctx, order.Key)
	if err != nil {
		b.log.Error("earlier calls not read", orderFields(order), zap.Error(err))
		return false, false
	}
	record := readRefund(events, s.TranCodes)
	switch {
	case record.neverLeft():
		return true, false
	case !result.report.NotFound:
		return false, false
	}
	sent := record.lastSent()
	if record.unreadable {
		// One that cannot be read may be a call. It came before the gateway said for
		// the first time that it has no such refund.
		sent = latest(sent, firstNotFound(events.Items, "refund", b.now()))
	}
	if sent.IsZero() {
		return true, true
	}
	sent = latest(sent, record.hidden)
	// Had it been believed before, it was submitted then.
	doubted = longUnknown(events.Items, "refund", sent)
	return b.surelyUnknown(ctx, order, "refund", sent, b.now()), doubted
}

// queryRefund queries the gateway about a refund and records what is final.
func (b *Bridge) queryRefund(ctx context.Context, s *Settings, order ledger.Order) queryResult {
	query := v2.RefundQueryRequest{OriMerOrderID: order.OrderNo, MerRefundFlowID: order.RefundNo}
	report, a := b.callAndJudge(ctx, s, order, RefundQueryCall, query)
	if report.State == translate.RefundFailed && order.State == translate.Refunding {
		report = b.judgeFailure(ctx, s, order, report, a.said.RefundState)
	}
	return b.recordRefund(ctx, s, queryResult{order: order, report: report, answer: a, events: a.calls()})
}

// judgeFailure is what it means that the gateway reports a refund under way as failed. It does
// not say why. Where its last word to a submission was a refusal whose reason can pass, which
// was not believed because another submission was in doubt, that is why; but what did not reach
// the card had left the merchant, and was refused for another reason.
func (b *Bridge) judgeFailure(ctx context.Context, s *Settings, order ledger.Order, report translate.Report, named v2.RefundState) translate.Report {
	record, read := b.refundRecord(ctx, s, order)
	if !read || record.ofEarlierTry(order, b.now()) {
		return translate.NothingCertain(earlierTry)
	}
	report.MayPass = record.passes && named != v2.RefundCardFailed
	return report
}

// recordRefund records what a query told of a refund, if it is final. A failure that
// is on record already is not recorded again.
func (b *Bridge) recordRefund(ctx context.Context, s *Settings, result queryResult) queryResult {
	order, report := result.order, result.report
	fields := []zap.Field{orderFields(order), zap.String("refund_no", order.RefundNo), zap.String("reason", report.Reason)}
	switch {
	case report.State == translate.RefundFailed && order.State == translate.RefundFailed:
	case report.State.Final():
		update := b.newUpdate(s, order, report, "refund", result.events)
		update.Next = b.nextRetry(ctx, order, report, update.At)
		result = b.recordResult(ctx, result, update)
	case report.OurFault:
		b.log.Error("the gateway could not read our refund; it is asked for again, look into it", fields...)
	case report.Reason != "":
		b.log.Warn("refund without a clear answer", fields...)
	}
	return result
}
