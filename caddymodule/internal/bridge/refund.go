package bridge

import (
	"context"

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
	after, moved := b.refund(ctx, s, order)
	if !moved {
		b.postpone(ctx, s, order)
	}
	return after
}

// refund takes a refund one step further under its one stored number: asks what
// became of it, and submits it when the gateway does not know it. The gateway
// pays one refund number once, so a submission may be repeated. It returns the
// order as it stands and whether it has moved.
func (b *Bridge) refund(ctx context.Context, s *Settings, order ledger.Order) (ledger.Order, bool) {
	if order.Tries > 0 {
		seen, ok := wait(ctx, s.Timeouts.Gateway+recording, b.look(ctx, s, order))
		if !ok {
			return order, false
		}
		if seen.moved || !seen.report.NotFound {
			return seen.order, seen.moved
		}
	}
	submit := translate.RefundRequest(order.OrderNo, order.RefundNo, order.Amount)
	seen := b.refundCall(ctx, s, order, s.TranCodes.Refund, submit, translate.JudgeRefund)
	return seen.order, seen.moved
}

// askRefund queries the gateway about a refund.
func (b *Bridge) askRefund(ctx context.Context, s *Settings, order ledger.Order) sight {
	query := v2.RefundQueryRequest{OriMerOrderID: order.OrderNo, MerRefundFlowID: order.RefundNo}
	return b.refundCall(ctx, s, order, s.TranCodes.RefundQuery, query, translate.JudgeRefundQuery)
}

// judgeRefund says what an answer about a refund means.
type judgeRefund func(v2.Message, translate.ExpectedRefund) (translate.Report, error)

// refundCall sends one message about a refund, judges the answer and records
// what is final.
func (b *Bridge) refundCall(
	ctx context.Context, s *Settings, order ledger.Order, tranCode string, body request, judge judgeRefund,
) sight {
	answer, failed := b.exchange(ctx, s, order, tranCode, body)
	if failed != nil {
		return b.refundSight(ctx, order, translate.Report{State: translate.InDoubt, Reason: failed.reason})
	}
	report, err := judge(answer, translate.ExpectedRefund{
		GatewayMerchant: order.GatewayMerchant, RefundNo: order.RefundNo, Amount: order.Amount,
	})
	if err != nil {
		b.quarantine(ctx, order, "refund", err)
	}
	return b.refundSight(ctx, order, report)
}

func (b *Bridge) refundSight(ctx context.Context, order ledger.Order, report translate.Report) sight {
	seen := sight{order: order, report: report}
	switch {
	case report.State == translate.Refunded || report.State == translate.RefundFailed:
		seen.order, seen.moved = b.note(ctx, order, ledger.News{State: report.State, At: b.now(), Words: report.Words, Source: "refund"})
	case report.Reason != "":
		b.log.Warn("refund without a clear answer", orderFields(order), zap.String("refund_no", order.RefundNo), zap.String("reason", report.Reason))
	}
	return seen
}
