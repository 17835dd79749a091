package bridge

import (
	"context"
	"errors"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// sight is what asking the gateway about an order came to.
type sight struct {
	order  ledger.Order
	report translate.Report
	moved  bool           // the answer was news and is recorded
	trail  []ledger.Event // the calls that were made, to be recorded if they are not
}

// look asks the gateway about an order, or about its refund while that is open,
// and records what is certain. Everybody who wants to know shares one call. A
// look that brings nothing certain changes nothing, its call is on record only if
// a step of the ladder wanted it: merchants may poll without disturbing the ladder
// or filling the ledger.
func (b *Bridge) look(ctx context.Context, s *Settings, order ledger.Order) *flight[sight] {
	return b.looks.join(order.Key, func(*flight[sight]) sight {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.Timeouts.Gateway+recording)
		defer cancel()
		if order.State == translate.Refunding || order.State == translate.RefundFailed {
			return b.askRefund(ctx, s, order)
		}
		return b.ask(ctx, s, order)
	})
}

// ask queries the gateway about a payment.
func (b *Bridge) ask(ctx context.Context, s *Settings, order ledger.Order) sight {
	report, call := b.query(ctx, s, order)
	seen := sight{order: order, report: b.whilePayable(order, report), trail: []ledger.Event{call}}
	switch state := seen.report.State; {
	case state == translate.Failed && order.State.Final() && translate.Judge(order.State, state) != translate.Contradicted:
		// What is known is not written down again.
	case state == translate.Paid || state == translate.Failed:
		news := b.finalNews(s, order, seen.report, "query")
		news.Trail = seen.trail
		seen.order, seen.moved = b.note(ctx, order, news)
	case state == translate.Pending && !order.State.Final() && order.State != translate.Pending && answered(order):
		now := b.now()
		seen.order, seen.moved = b.note(ctx, order, ledger.News{
			State: translate.Pending, At: now, Source: "query", Claim: order.Claim, Next: s.nextStep(order, translate.Pending, 0, now),
			Trail: seen.trail,
		})
	}
	return seen
}

// whilePayable is what a report means for an order whose payer can still pay: that
// an attempt failed, so that nobody has paid yet.
func (b *Bridge) whilePayable(order ledger.Order, report translate.Report) translate.Report {
	if report.State == translate.Failed && order.Payable(b.now()) {
		return translate.Report{State: translate.Pending}
	}
	return report
}

// answered reports whether the merchant can have all it needs of an order that
// the gateway knows and nobody has paid. Where a code had to be shown and was
// lost with the answer, the order stays in doubt, so that the merchant's own
// repeat gets a code.
func answered(order ledger.Order) bool {
	rule, known := ruleOf(order)
	return known && (rule.MovesMoneyAtOnce() || (order.FormAction != "" && rule.Mode != translate.InWeChat))
}

// query sends one order query and judges the answer.
func (b *Bridge) query(ctx context.Context, s *Settings, order ledger.Order) (translate.Report, ledger.Event) {
	a, failed := b.exchange(ctx, s, order, QueryCall, v2.QueryRequest{OrderID: order.OrderNo})
	if failed != nil {
		return translate.Report{State: translate.InDoubt, Reason: failed.reason}, a.event
	}
	report, err := translate.JudgeQuery(a.Message, expected(order, a.flowNo, s.TranCodes.Query))
	if err != nil {
		b.disbelieve(ctx, order, "query", a, err)
	}
	return report, a.event
}

// expected is what an answer to the message with this flow number must agree with,
// or, without one, a notice.
func expected(order ledger.Order, flowNo, tranCode string) translate.Expected {
	return translate.Expected{
		GatewayMerchant: order.GatewayMerchant, FlowNo: flowNo, TranCode: tranCode,
		OrderNo: order.OrderNo, Amount: order.Amount,
	}
}

// finalNews is what is recorded of a report that is final for the payment. The
// number of a refund comes along, should the payment have come too late.
func (b *Bridge) finalNews(s *Settings, order ledger.Order, report translate.Report, source string) ledger.News {
	now := b.now()
	news := ledger.News{
		State: report.State, At: now, PaidAt: report.PaidAt, Words: report.Words, Source: source,
		Next: s.nextStep(order, report.State, 0, now),
	}
	if report.State == translate.Paid {
		if news.PaidAt.IsZero() {
			news.PaidAt = b.wall(now)
		}
		news.RefundNo = b.numbers.refund(order.OrderNo)
	}
	return news
}

// note records news and returns the order as it stands, and whether it was this
// news that moved it.
func (b *Bridge) note(ctx context.Context, order ledger.Order, news ledger.News) (ledger.Order, bool) {
	stored, verdict, err := b.ledger.Record(ctx, order.Key, news)
	if err != nil {
		if !errors.Is(err, ledger.ErrFenced) {
			b.log.Error("news of an order not recorded", orderFields(order), zap.String("news", string(news.State)), zap.Error(err))
		}
		return order, false
	}
	b.heard(stored, news, verdict)
	return stored, verdict == translate.Applied || verdict == translate.LatePayment
}
