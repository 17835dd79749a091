package bridge

import (
	"context"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// answer is what came back for a message to the gateway. It is signed by the
// gateway; what it says has still to be compared with what was asked.
type answer struct {
	kind    CallKind
	message v2.Message
	said    v2.Statement // what the message says, read as the answer to what was sent
	flowNo  string       // of the message that was sent
	event   ledger.Event // the call, for the order's timeline
	trip    RoundTrip
}

// calls are the events of what was sent, none when the answer is the zero one.
func (a answer) calls() []ledger.Event {
	if a.event.Kind == "" {
		return nil
	}
	return []ledger.Event{a.event}
}

// callAndJudge sends a request about an order that exists already. It returns what the
// answer means, and the answer. An answer that cannot be trusted, or none, means that
// nothing is certain.
func (b *Bridge) callAndJudge(
	ctx context.Context, s *Settings, order ledger.Order, kind CallKind, body request,
) (translate.Report, answer) {
	a, failed := b.exchange(ctx, s, order, kind, body)
	if failed != nil {
		return translate.NothingCertain(failed.reason), a
	}
	report, err := callKinds[kind].judge(a.said, expected(order, kind, s.TranCodes, a.flowNo))
	if err != nil {
		b.disbelieve(ctx, order, kind, a, err)
	}
	return report, a
}

// expected is what the answer to the message with this flow number must agree with.
func expected(order ledger.Order, kind CallKind, codes TranCodes, flowNo string) translate.Expected {
	want := expectedNotice(order)
	want.FlowNo, want.TranCode = flowNo, callKinds[kind].tranCode(codes)
	return want
}

// expectedNotice is what a notice must agree with.
func expectedNotice(order ledger.Order) translate.Expected {
	return translate.Expected{
		GatewayMerchant: order.GatewayMerchant, OrderNo: order.OrderNo, RefundNo: order.RefundNo, Amount: order.Amount,
	}
}

// disbelieve keeps an answer aside that tells of something else than was asked.
// Its connection is closed: where one answer is another request's, the next ones
// may be as well.
func (b *Bridge) disbelieve(ctx context.Context, order ledger.Order, kind CallKind, a answer, cause error) {
	a.trip.discard()
	_ = b.quarantine(ctx, order, callKinds[kind].source, a.message, cause) // logged; the order stays as it is
}

// discard closes the connection that an answer came on, so that no request is sent
// on it any more.
func (c RoundTrip) discard() {
	if c.Discard != nil {
		c.Discard()
	}
}
