package bridge

import (
	"context"
	"errors"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/failpoint"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	"github.com/paybridge/paybridge/caddymodule/internal/tracing"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// payResult is the result of a pay call.
type payResult struct {
	order  ledger.Order
	err    error // the ledger's; the order may not exist
	silent bool  // see PayAnswer.Unanswered
	known  bool  // see PayAnswer.Known
}

// PayAnswer is what a merchant hears of its payment.
type PayAnswer struct {
	v1.PayReply
	// Unanswered says that the gateway has neither taken nor refused the order, nor said that
	// it is at work on it. The merchant of a scanned code hears 00 all the same, because
	// money may have moved.
	Unanswered bool
	// Known says that the order's number was on record before this request, be it with other
	// contents: what the merchant hears says nothing new about the gateway.
	Known bool
	// PayID is what the payer's browser brings to the order, whatever has become of it; "" for
	// one that is not on record with these contents, or that no browser pays.
	PayID string
}

// payJob is one merchant's pay request on its way.
type payJob struct {
	settings *Settings
	merchant *merchants.Merchant
	request  v1.PayRequest
	rule     translate.Rule
	client   string // the address the request came from
	known    bool   // the order was on record before it
	trace    string // traceparent of the request, "" when it is not traced
}

// Pay serves a verified pay request. Requests for the same order share one
// call and hear the same; the same order number with other contents is
// refused. A merchant that hangs up or loses patience does not stop the call.
//
// The error is a *v1.Error of a request that is no order of this bridge, or else the
// ledger's, which has not taken the order: [ledger.ErrOtherSide] for one that is on record
// as the old gateway's; the reply beside that is for a bridge that has no old gateway.
func (b *Bridge) Pay(ctx context.Context, s *Settings, m *merchants.Merchant, p v1.PayRequest, client string) (PayAnswer, error) {
	if err := translate.RefuseTry(p); err != nil {
		return PayAnswer{PayReply: translate.BuildPayFault(p, err)}, err
	}
	return b.serve(ctx, s, m, p, client)
}

// serve is Pay for whatever number the order has.
func (b *Bridge) serve(ctx context.Context, s *Settings, m *merchants.Merchant, p v1.PayRequest, client string) (PayAnswer, error) {
	rule, err := translate.RuleFor(p)
	if err != nil {
		return PayAnswer{PayReply: translate.BuildPayFault(p, err)}, err
	}
	job := payJob{settings: s, merchant: m, request: p, rule: rule, client: client, trace: tracing.Traceparent(ctx)}
	call := b.pays.do(ledger.Key{MerID: p.MerID, OrderID: p.OrderID}, func(call *sharedCall[payResult]) payResult {
		// Detached: the order is served to its end whatever the merchant does.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.Timeouts.payLease())
		defer cancel()
		defer b.expect(1)()
		return b.pay(ctx, job, call)
	})
	result, ok := wait(ctx, s.Timeouts.Reply, call)
	refusal := func(code v1.Code) PayAnswer { return PayAnswer{PayReply: translate.BuildPayRefusal(p, code)} }
	switch {
	case ok && errors.Is(result.err, ledger.ErrOtherSide):
		return refusal(v1.CodeConflict), ledger.ErrOtherSide
	case !ok:
		return refusal(v1.CodeBusy), nil
	case result.err != nil:
		return refusal(v1.CodeBusy), result.err
	case result.order.Fingerprint != p.Fingerprint():
		answer := refusal(v1.CodeConflict)
		answer.Known = true
		return answer, nil
	}
	return PayAnswer{
		PayReply:   translate.BuildPayReply(result.order.ForMerchant()),
		Unanswered: result.unanswered(), Known: result.known, PayID: result.order.PayID,
	}, nil
}

// unanswered reports whether nothing has told meanwhile what became of an order of which
// the gateway was silent.
func (r payResult) unanswered() bool {
	return r.silent && (r.order.State == translate.Sent || r.order.State == translate.InDoubt)
}

// pay makes the order durable and submits it, unless it exists with other
// contents. Callers who cannot wait that long are told how the order stands.
func (b *Bridge) pay(ctx context.Context, job payJob, call *sharedCall[payResult]) payResult {
	failpoint.Reach(failpoint.BeforeBegin)
	order, ours, err := b.begin(ctx, job)
	if errors.Is(err, ledger.ErrOtherSide) {
		return payResult{err: err}
	}
	if err != nil {
		b.log.Error("order not recorded, nothing sent", orderFields(order), zap.Error(err))
		return payResult{err: err}
	}
	if ours {
		call.setInterim(payResult{order: order})
		return b.submit(ctx, job, order, false, call)
	}
	if order.Fingerprint != job.request.Fingerprint() {
		return payResult{order: order}
	}
	job.known = true
	return b.resubmitPay(ctx, job, order, "repeat", call)
}

// resubmitPay takes up an order that exists, if that may be done, and sends it.
func (b *Bridge) resubmitPay(ctx context.Context, job payJob, order ledger.Order, source string, call *sharedCall[payResult]) payResult {
	call.setInterim(payResult{order: order, known: job.known})
	doubted := order.State == translate.InDoubt
	order, ours := b.resubmit(ctx, job, order, source)
	if !ours {
		return payResult{order: order, known: job.known}
	}
	return b.submit(ctx, job, order, doubted, call)
}

// submit sends an order that is ours to send and records what came of it.
func (b *Bridge) submit(ctx context.Context, job payJob, order ledger.Order, doubted bool, call *sharedCall[payResult]) payResult {
	if order.State != translate.Sent {
		return payResult{order: order, known: job.known} // its payer's browser has to come first
	}
	call.setInterim(payResult{order: order, silent: true, known: job.known})
	failpoint.Reach(failpoint.BeforeSend)
	report, a := b.send(ctx, job, order)
	if doubted {
		report = report.OverDoubt()
	}
	silent := report.State == translate.InDoubt && a.said.Head.RespCode != v2.RespProcessing
	call.setInterim(payResult{order: order, silent: silent, known: job.known}) // recording it may take long
	failpoint.Reach(failpoint.AfterAnswer)
	result := b.record(ctx, job, order, report, a)
	result.silent, result.known = silent, job.known
	failpoint.Reach(failpoint.AfterRecord)
	return result
}
