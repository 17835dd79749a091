package bridge

import (
	"context"
	"errors"

	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/failpoint"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	"github.com/paybridge/paybridge/caddymodule/internal/tracing"
	"github.com/paybridge/paybridge/translate"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// Errors of a notice. Only ErrNoticeRefused is the sender's fault; the others
// ask the gateway to send the notice again.
var (
	// ErrNoticeRefused is a notice that could not be opened or read.
	ErrNoticeRefused = errors.New("notice refused")
	// ErrNoticeKept is a notice that is signed but does not match the ledger or
	// is not understood: kept aside, not believed, not acknowledged.
	ErrNoticeKept = errors.New("notice kept aside")
	// ErrNoticeNotDurable is a notice that could not be written down.
	ErrNoticeNotDurable = errors.New("notice not recorded")
)

// Notice takes in a notice of the gateway. It returns nil, and the gateway may
// be told "success", only when what the notice says is durable, together with
// the merchant's notification, or was so before.
func (b *Bridge) Notice(ctx context.Context, s *Settings, e v2.Envelope) error {
	m := s.Merchants.ByGatewayMerchant(e.MerchantID)
	if m == nil {
		return ErrNoticeRefused
	}
	message, failed := b.openEnvelope(m, e)
	if failed != nil {
		return ErrNoticeRefused
	}
	said, err := message.OrderState()
	if err != nil || said.OrderNo == "" {
		return ErrNoticeRefused
	}
	// The gateway may hang up; what it told us is recorded all the same.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.Timeouts.Reply)
	defer cancel()
	order, err := b.noticed(ctx, m, said.OrderNo)
	if err != nil {
		return err
	}
	ctx, span := b.tracer.Start(ctx, order.Trace, "v2 notice", trace.SpanKindInternal, spanAttributes(order)...)
	err = b.take(ctx, s, order, message)
	tracing.Finish(span, noticeClass(err), err != nil)
	return err
}

// noticeClass is what became of a notice of a known order, in a word.
func noticeClass(err error) string {
	switch {
	case err == nil:
		return "taken"
	case errors.Is(err, ErrNoticeKept):
		return "kept"
	}
	return "not_durable"
}

// noticed finds the order that a signed notice tells of.
func (b *Bridge) noticed(ctx context.Context, m *merchants.Merchant, orderNo string) (ledger.Order, error) {
	order, err := b.ledger.OrderByOrderNo(ctx, orderNo)
	if err == nil && order.GatewayMerchant != m.GatewayMerchant {
		err = ledger.ErrNotFound // another merchant's order is none of this one's
	}
	switch {
	case err == nil:
		return order, nil
	case !errors.Is(err, ledger.ErrNotFound):
		return ledger.Order{}, ErrNoticeNotDurable
	}
	b.observer.Quarantined()
	b.log.Error("notice of an unknown order kept aside", zap.String("gateway_merchant", m.GatewayMerchant), zap.String("order_no", orderNo))
	if err := b.ledger.AddEvent(ctx, ledger.Key{}, "quarantined", "notice", "unknown order "+orderNo, b.now()); err != nil {
		return ledger.Order{}, ErrNoticeNotDurable
	}
	return ledger.Order{}, ErrNoticeKept
}

// take records what a notice says of an order.
func (b *Bridge) take(ctx context.Context, s *Settings, order ledger.Order, message v2.Message) error {
	report, err := translate.JudgeNotice(message, expected(order, ""))
	if err != nil {
		b.quarantine(ctx, order, "notice", err)
		return ErrNoticeKept
	}
	report = b.whilePayable(order, report)
	switch report.State {
	case translate.Paid, translate.Failed:
	case translate.Pending: // nobody has paid yet, as we know
		b.log.Info("notice without news", orderFields(order))
		b.keep(ctx, order, noticeEvent(b.now(), message))
		return nil
	default:
		b.quarantine(ctx, order, "notice", errors.New(report.Reason))
		return ErrNoticeKept
	}
	news := b.finalNews(s, order, report, "notice")
	news.Trail = []ledger.Event{noticeEvent(news.At, message)}
	failpoint.Reach(failpoint.BeforeSettle)
	stored, verdict, err := b.ledger.Record(ctx, order.Key, news)
	if err != nil {
		b.log.Error("notice not recorded", orderFields(order), zap.Error(err))
		return ErrNoticeNotDurable
	}
	b.heard(stored, news, verdict)
	failpoint.Reach(failpoint.BeforeAck)
	return nil
}
