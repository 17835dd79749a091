package bridge

import (
	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// heard tells the operator what became of news: one line for what changes an
// order, a louder one for what must not happen, and a count.
func (b *Bridge) heard(order ledger.Order, news ledger.News, verdict translate.Verdict) {
	b.observer.NewsJudged(verdict)
	fields := []zap.Field{
		orderFields(order), zap.String("news", string(news.State)), zap.String("source", news.Source),
		zap.String("state", string(order.State)), zap.Stringer("verdict", verdict),
	}
	switch {
	case verdict == translate.Contradicted:
		b.log.Error("gateway contradicts what is final; the order is unchanged, look into it", fields...)
	case verdict == translate.LatePayment:
		b.log.Warn("an order that was closed or failed has been paid after all; refunding it", fields...)
	case verdict != translate.Applied:
		b.log.Info("news changes nothing", fields...)
	case order.State == translate.RefundFailed:
		b.log.Error("refund failed; the money is still with the merchant, look into it", fields...)
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
	}
}
