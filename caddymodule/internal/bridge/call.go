package bridge

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/paybridge/paybridge/caddymodule/internal/crash"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	"github.com/paybridge/paybridge/caddymodule/internal/netcause"
	"github.com/paybridge/paybridge/caddymodule/internal/tracing"
	"github.com/paybridge/paybridge/translate"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// failure says why a call to the gateway brought no message that can be
// trusted. Its text is for the operator's log and holds nothing of a payload.
type failure struct {
	sent   bool // false only when surely nothing left the bridge
	class  CallClass
	reason string
}

// notSent is the failure of a call that was given up before it left.
func notSent(reason string) *failure { return &failure{class: CallUnsent, reason: reason} }

// outgoing is a message to the gateway about an order.
type outgoing struct {
	kind      CallKind
	tranCode  string
	flowNo    string
	plaintext []byte
	latest    time.Time // when it may leave at the latest; zero: whenever it is ready
}

// latestCall is when a call that moves money may leave at the latest by whoever holds the
// order: it is over before another may take the order over. A process that was frozen
// wakes up later.
func latestCall(s *Settings, order ledger.Order) time.Time {
	return order.Next.Add(-s.Timeouts.Gateway)
}

// tooLate reports whether a message may not leave any more.
func (out outgoing) tooLate(now time.Time) bool { return !out.latest.IsZero() && now.After(out.latest) }

// call seals a message about an order, sends it once and opens the answer. The
// answer is signed by the gateway; what it says has still to be compared with
// the order. Its event is for the order's timeline, to be recorded with what
// comes of the call; there is one also when the call has failed.
func (b *Bridge) call(ctx context.Context, s *Settings, order ledger.Order, out outgoing) (answer, *failure) {
	ctx, span := b.tracer.Start(ctx, order.Trace, "gateway "+out.tranCode, trace.SpanKindClient,
		append(spanAttributes(order), tracing.TranCode(out.tranCode))...)
	start := b.now()
	a, failed := b.roundTrip(ctx, s, order, out)
	end := b.now()
	class := CallClass(v2.Classify(a.said.Head.RespCode).String())
	if failed != nil {
		class = failed.class
	} else {
		b.compareClocks(a.said.Head.TranTime, b.wall(start), b.wall(end))
	}
	b.observer.CallFinished(out.kind, class, end.Sub(start))
	tracing.Finish(span, string(class), failed != nil)
	a.kind, a.event = out.kind, callEvent(out, start, end, a.said, failed)
	return a, failed
}

// roundTrip takes a message to the gateway and back. The keys are those of the
// gateway merchant that the order was made for.
func (b *Bridge) roundTrip(ctx context.Context, s *Settings, order ledger.Order, out outgoing) (answer, *failure) {
	m := s.Merchants.ByGatewayMerchant(order.GatewayMerchant)
	if m == nil {
		return answer{}, notSent("gateway merchant is not configured any more")
	}
	envelope, err := m.Codec.Seal(m.GatewayMerchant, order.OrderNo, out.plaintext)
	if err != nil {
		return answer{}, notSent(fmt.Sprintf("sealing request: %v", err))
	}
	if out.tooLate(b.now()) {
		return answer{}, notSent(tooLate) // a key that is in no file may take its time
	}
	trip := b.post(ctx, s, out.kind, envelope.Encode())
	if trip.Err != nil {
		return answer{}, &failure{sent: trip.Sent, class: classOf(trip), reason: netcause.TextOf(trip.Err)}
	}
	message, failed := b.open(m, trip.Body)
	if failed != nil {
		trip.discard() // what comes next on its connection may be no better
	}
	return answer{message: message, said: callKinds[out.kind].read(message), flowNo: out.flowNo, trip: trip}, failed
}

// post makes one call to the gateway. Whatever breaks in it breaks while money
// may be moving, so a panic is an unknown outcome like any other.
func (b *Bridge) post(ctx context.Context, s *Settings, kind CallKind, form string) (trip RoundTrip) {
	defer func() {
		if bug := recover(); bug != nil {
			_ = crash.Log(b.log, "calling gateway", bug)
			trip = RoundTrip{Sent: true, Err: fmt.Errorf("%w: %s", errPanic, crash.Text(bug))}
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, s.Timeouts.Gateway)
	defer cancel()
	if kind == PayCall { // the others belong to nobody who is expected
		defer b.expect(-1)()
	}
	return s.Gateway.Post(ctx, form)
}

// request is a v2 request that can be written.
type request interface {
	Marshal(v2.Head) ([]byte, error)
}

// exchange writes and sends a request about an order that exists already: a
// query, a close or a refund. The pay call, which must be the same message
// whenever it is repeated, has its own way.
func (b *Bridge) exchange(
	ctx context.Context, s *Settings, order ledger.Order, kind CallKind, body request,
) (answer, *failure) {
	now := b.now()
	out := outgoing{kind: kind, tranCode: callKinds[kind].tranCode(s.TranCodes), flowNo: b.numbers.flow(order.GatewayMerchant, now)}
	if kind == RefundCall {
		out.latest = latestCall(s, order)
	}
	var err error
	out.plaintext, err = body.Marshal(translate.BuildHead(out.tranCode, order.GatewayMerchant, out.flowNo, b.wall(now)))
	if err != nil {
		failed := notSent(err.Error())
		return answer{event: callEvent(out, now, now, v2.Statement{}, failed)}, failed
	}
	return b.call(ctx, s, order, out)
}

// open verifies and reads an answer of the gateway.
func (b *Bridge) open(m *merchants.Merchant, body []byte) (v2.Message, *failure) {
	envelope, err := v2.ParseEnvelope(body)
	if err != nil {
		return v2.Message{}, &failure{sent: true, class: CallUnopened, reason: fmt.Sprintf("reading answer: %v", err)}
	}
	return b.openEnvelope(m, envelope)
}

// openEnvelope verifies and reads a message of the gateway. One that is signed and cannot be
// read comes back as such, beside the failure.
func (b *Bridge) openEnvelope(m *merchants.Merchant, envelope v2.Envelope) (v2.Message, *failure) {
	plaintext, err := m.Open(envelope, b.wall(b.now()))
	if err != nil {
		class := CallUnopened
		if errors.Is(err, v2.ErrKeyUnavailable) {
			class = CallKeyUnavailable
		}
		return v2.Message{}, &failure{sent: true, class: class, reason: fmt.Sprintf("opening message: %v", err)}
	}
	message, err := v2.ParseMessage(plaintext)
	if err != nil {
		return v2.Unread(plaintext), &failure{sent: true, class: CallUnread, reason: fmt.Sprintf("reading message: %v", err)}
	}
	return message, nil
}

// compareClocks tells what the time of a signed answer says of the gateway's clock.
func (b *Bridge) compareClocks(tranTime string, start, end time.Time) {
	if ahead, ok := b.skew.compare(tranTime, start, end); ok {
		b.observer.ClockCompared(ahead)
	}
}
