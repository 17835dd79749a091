package bridge

import (
	"context"
	"slices"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// beginRefund gives the refund of a paid order its number and submits it. Of all
// who want it, here and on other bridges, only one submits.
func (b *Bridge) beginRefund(ctx context.Context, s *Settings, order ledger.Order) ledger.Order {
	now := b.now()
	order, ours := b.note(ctx, order, ledger.News{
		State: translate.Refunding, At: now, Source: "cancel",
		RefundNo: b.numbers.refund(order.OrderNo), Next: now.Add(lease(s)),
	})
	if !ours {
		return order
	}
	seen := b.refund(ctx, s, order)
	if !seen.moved {
		b.postpone(ctx, s, order, seen.trail...)
	}
	return seen.order
}

// refund takes a refund one step further under its one stored number: asks what
// became of it, and submits it when the gateway does not know it. The gateway
// pays one refund number once, so a submission may be repeated.
func (b *Bridge) refund(ctx context.Context, s *Settings, order ledger.Order) sight {
	var before []ledger.Event
	if order.Tries > 0 {
		seen, ok := wait(ctx, s.Timeouts.Gateway+recording, b.look(ctx, s, order))
		if !ok {
			return sight{order: order}
		}
		if seen.moved || !seen.report.NotFound {
			return seen
		}
		before = seen.trail
	}
	submit := translate.RefundRequest(order.OrderNo, order.RefundNo, order.Amount)
	return b.refundCall(ctx, s, order, RefundCall, submit, translate.JudgeRefund, before...)
}

// askRefund queries the gateway about a refund.
func (b *Bridge) askRefund(ctx context.Context, s *Settings, order ledger.Order) sight {
	query := v2.RefundQueryRequest{OriMerOrderID: order.OrderNo, MerRefundFlowID: order.RefundNo}
	return b.refundCall(ctx, s, order, RefundQueryCall, query, translate.JudgeRefundQuery)
}

// judgeRefund says what an answer about a refund means.
type judgeRefund func(v2.Message, translate.ExpectedRefund) (translate.Report, error)

// refundCall sends one message about a refund, judges the answer and records
// what is final, with the calls made before.
func (b *Bridge) refundCall(
	ctx context.Context, s *Settings, order ledger.Order, kind CallKind, body request, judge judgeRefund, before ...ledger.Event,
) sight {
	answer, call, failed := b.exchange(ctx, s, order, kind, body)
	seen := sight{order: order, trail: append(slices.Clip(before), call)}
	if failed != nil {
		seen.report = translate.Report{State: translate.InDoubt, Reason: failed.reason}
		return b.refundSight(ctx, seen)
	}
	var err error
	seen.report, err = judge(answer, translate.ExpectedRefund{
		GatewayMerchant: order.GatewayMerchant, RefundNo: order.RefundNo, Amount: order.Amount,
	})
	if err != nil {
		b.quarantine(ctx, order, "refund", err)
	}
	return b.refundSight(ctx, seen)
}

// refundSight records what has been seen of a refund, if it is final.
func (b *Bridge) refundSight(ctx context.Context, seen sight) sight {
	order, report := seen.order, seen.report
	switch {
	case report.State == translate.Refunded || report.State == translate.RefundFailed:
		seen.order, seen.moved = b.note(ctx, order, ledger.News{
			State: report.State, At: b.now(), Words: report.Words, Source: "refund", Trail: seen.trail,
		})
	case report.Reason != "":
		b.log.Warn("refund without a clear answer", orderFields(order), zap.String("refund_no", order.RefundNo), zap.String("reason", report.Reason))
	}
	return seen
}
