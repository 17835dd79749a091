package bridge

import (
	"context"
	"errors"
	"slices"

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
	// ErrNoticeUnopened is a notice that could not be opened because the private
	// key is in a token that is away.
	ErrNoticeUnopened = errors.New("notice not opened: the private key does not work at present")
)

// Notice takes in a notice of the gateway, as [Bridge.OpenNotice] and
// [Bridge.TakeNotice] do.
func (b *Bridge) Notice(ctx context.Context, s *Settings, e v2.Envelope) error {
	n, err := b.OpenNotice(s, e)
	if err != nil {
		return err
	}
	return b.TakeNotice(ctx, s, n)
}

// Notice is a message that the gateway has signed.
type Notice struct {
	merchant *merchants.Merchant
	message  v2.Message
	said     v2.Statement // what the message says
	unread   error        // why its contents are not understood, nil when they are
}

// OpenNotice decrypts and verifies an envelope. This is all that a forged notice
// costs. The error is ErrNoticeRefused, or ErrNoticeUnopened.
func (b *Bridge) OpenNotice(s *Settings, e v2.Envelope) (Notice, error) {
	m := s.Merchants.ByGatewayMerchant(e.MerchantID)
	if m == nil {
		return Notice{}, ErrNoticeRefused
	}
	message, failed := b.openEnvelope(m, e)
	if failed != nil && failed.class == CallKeyUnavailable {
		return Notice{}, ErrNoticeUnopened
	}
	if failed != nil && failed.class != CallUnread {
		return Notice{}, ErrNoticeRefused
	}
	n := Notice{merchant: m, message: message, said: message.Notice()}
	if failed != nil {
		n.message.Head.MerchantID = m.GatewayMerchant
		n.unread = errors.New(failed.reason)
	}
	return n, nil
}

// TakeNotice takes in a notice. It returns nil, and the gateway may be told
// "success", only when what the notice says is durable, together with the
// merchant's notification, or was so before.
func (b *Bridge) TakeNotice(ctx context.Context, s *Settings, n Notice) error {
	// The gateway may hang up; what it told us is recorded all the same.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.Timeouts.Reply)
	defer cancel()
	if b.awaitTime(ctx) != nil {
		return ErrNoticeNotDurable
	}
	if n.unread != nil {
		return b.keepNotice(ctx, ledger.Order{}, n, n.unread)
	}
	order, err := b.noticed(ctx, n)
	if err != nil {
		return err
	}
	ctx, span := b.tracer.Start(ctx, order.Trace, "v2 notice", trace.SpanKindInternal, spanAttributes(order)...)
	err = b.take(ctx, s, order, n)
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

// errNamesNoOrder is why a notice is kept aside that nobody can tell the order of.
var errNamesNoOrder = errors.New("notice names neither an order nor a refund")

// noticed finds the order that a signed notice tells of. What belongs to no order
// of this merchant is kept aside: after a restore it may be the only trace of a
// payment.
func (b *Bridge) noticed(ctx context.Context, n Notice) (ledger.Order, error) {
	unclear := n.said.Err
	if unclear == nil && n.said.OrderNo == "" && n.said.RefundNo == "" {
		unclear = errNamesNoOrder
	}
	if unclear != nil {
		return ledger.Order{}, b.keepNotice(ctx, ledger.Order{}, n, unclear)
	}
	order, err := b.orderNamed(ctx, n.said.OrderNo, n.said.RefundNo)
	if err == nil && order.GatewayMerchant != n.merchant.GatewayMerchant {
		err = ledger.ErrNotFound // an order of another merchant is not found
	}
	switch {
	case err == nil:
		return order, nil
	case errors.Is(err, ledger.ErrNotFound):
		return ledger.Order{}, b.keepNotice(ctx, ledger.Order{}, n, errors.New("unknown order"))
	}
	return ledger.Order{}, ErrNoticeNotDurable
}

func (b *Bridge) orderNamed(ctx context.Context, orderNo, refundNo string) (ledger.Order, error) {
	if orderNo != "" {
		order, err := b.ledger.OrderByOrderNo(ctx, orderNo)
		if refundNo == "" || !errors.Is(err, ledger.ErrNotFound) {
			return order, err
		}
	}
	return b.ledger.OrderByRefundNo(ctx, refundNo)
}

// keepNotice puts a notice into quarantine and says so, or that it could not.
func (b *Bridge) keepNotice(ctx context.Context, order ledger.Order, n Notice, cause error) error {
	if b.quarantine(ctx, order, "notice", n.message, cause) != nil {
		return ErrNoticeNotDurable
	}
	return ErrNoticeKept
}

// keepAndAsk keeps a notice of an order aside that is not believed, and asks the gateway
// about the order: something has happened to it, or nobody would tell of it.
func (b *Bridge) keepAndAsk(ctx context.Context, s *Settings, order ledger.Order, n Notice, cause error) error {
	kept := b.keepNotice(ctx, order, n, cause)
	b.queryAfterNotice(ctx, s, order)
	return kept
}

// take records what a notice says of an order or of its refund.
func (b *Bridge) take(ctx context.Context, s *Settings, order ledger.Order, n Notice) error {
	report, err := translate.JudgeNotice(n.said, expectedNotice(order))
	if err != nil {
		return b.keepAndAsk(ctx, s, order, n, err)
	}
	report = b.reported(order, report)
	if report.State == translate.Failed && order.State == translate.Pending && order.TakesAttempts() {
		report = askAbout(earlierAttempt) // as the last it ends the order
	}
	if report.State == translate.RefundFailed && !b.toldOfOne(ctx, s, order) ||
		report.State == translate.Refunded && b.isTriedAnew(ctx, order) {
		report = askAbout(earlierTry)
	}
	if report.State.Final() {
		if err := b.takeFinal(ctx, s, order, report, n); !errors.Is(err, ledger.ErrFenced) {
			return err
		}
		report = askAbout(earlierTry)
	}
	switch {
	case report.Certain(): // nobody has paid yet, or the refund is under way, as we know
		b.log.Info("notice changes nothing", orderFields(order))
	case !report.Ask:
		return b.keepAndAsk(ctx, s, order, n, errors.New(report.Reason))
	default:
		b.log.Warn("notice proves nothing, asking the gateway", orderFields(order), zap.String("reason", report.Reason))
		b.queryAfterNotice(ctx, s, order)
	}
	if err := b.keepAsTold(ctx, s, order, report, n); err != nil {
		b.log.Error("notice not recorded", orderFields(order), zap.Error(err))
		return ErrNoticeNotDurable
	}
	return nil
}

// earlierAttempt is why a notice that a payment has failed proves nothing: notices come
// late and in any order, and the payer may have paid since.
const earlierAttempt = "it may be about an attempt to pay before the last one"

// askAbout is what a notice means that may be about something earlier.
func askAbout(reason string) translate.Report {
	report := translate.NothingCertain(reason)
	report.Ask = true
	return report
}

// keepAsTold keeps on record that a notice came which moved nothing. Once it is
// acknowledged nobody tells of it again, so that a question it gives rise to is on record,
// too: the one that is being asked may get lost. Where nobody would ask it, the message is in
// quarantine.
func (b *Bridge) keepAsTold(ctx context.Context, s *Settings, order ledger.Order, report translate.Report, n Notice) error {
	now := b.now()
	event := noticeEvent(now, n.said)
	if !report.Ask {
		return b.ledger.AddEvents(ctx, order.Key, event)
	}
	at := lastQueryAt(order, now)
	if at.IsZero() { // nobody can pay any more
		at = s.nextQuery(0, now)
	}
	stored, err := b.ledger.AskAgain(ctx, order.Key, at, event)
	if err != nil || !leftUnasked(stored, n.said) {
		return err
	}
	return b.quarantine(ctx, stored, "notice", n.message, errLeftUnasked)
}

// errLeftUnasked is why a message is kept aside that proves nothing and gives rise to a
// question that nobody asks: a person has to.
var errLeftUnasked = errors.New("proves nothing, and the order is not asked about any more")

// leftUnasked reports whether a message that proves nothing is about an order that an answer
// of the gateway could still move, and that has no step before it: its refund has failed and
// is not tried again. What such a message says more is what is on record.
func leftUnasked(order ledger.Order, said v2.Statement) bool {
	return order.State.Askable() && order.Next.IsZero() && !slices.Contains(order.State.Row().Refund, said.RefundState)
}

// takeFinal records what ends a payment or its refund. It returns [ledger.ErrFenced] when
// a refund that is said to have failed was taken by another since the order was read.
func (b *Bridge) takeFinal(ctx context.Context, s *Settings, order ledger.Order, report translate.Report, n Notice) error {
	update := b.newUpdate(s, order, report, "notice", []ledger.Event{noticeEvent(b.now(), n.said)})
	failpoint.Reach(failpoint.BeforeSettle)
	stored, verdict, err := b.ledger.Record(ctx, order.Key, update)
	switch {
	case errors.Is(err, ledger.ErrFenced):
		return err
	case err != nil:
		b.log.Error("notice not recorded", orderFields(order), zap.Error(err))
		return ErrNoticeNotDurable
	}
	b.reportTransition(stored, update, verdict)
	if verdict == translate.Contradicted && b.quarantine(ctx, stored, "notice", n.message, errContradicts) != nil {
		return ErrNoticeNotDurable
	}
	failpoint.Reach(failpoint.BeforeAck)
	return nil
}

// queryAfterNotice queries the gateway about an order after a notice that proved
// nothing, and does not wait for the answer. It does nothing while a call is under way
// that will tell, or when no answer can change the order.
func (b *Bridge) queryAfterNotice(ctx context.Context, s *Settings, order ledger.Order) {
	if !order.State.Askable() || b.pays.inHand(order.Key) || inHand(order, b.now()) || !b.queryLimiter.Allow(order.Key, b.now()) {
		return
	}
	b.queryGateway(ctx, s, order)
}
