package bridge

import (
	"context"
	"fmt"
	"runtime/debug"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	"github.com/paybridge/paybridge/translate"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// failure says why a call to the gateway brought no message that can be
// trusted. Its text is for the operator's log and holds nothing of a payload.
type failure struct {
	sent   bool // false only when surely nothing left the bridge
	reason string
}

// call seals a message about an order, sends it once and opens the answer. The
// keys are those of the gateway merchant that the order was made for. The answer
// is signed by the gateway; what it says has still to be compared with the
// order.
func (s *Settings) call(ctx context.Context, order ledger.Order, plaintext []byte) (v2.Message, *failure) {
	m := s.Merchants.ByGatewayMerchant(order.GatewayMerchant)
	if m == nil {
		return v2.Message{}, &failure{reason: "gateway merchant is not configured any more"}
	}
	envelope, err := m.Codec.Seal(m.GatewayMerchant, order.OrderNo, plaintext)
	if err != nil {
		return v2.Message{}, &failure{reason: fmt.Sprintf("sealing request: %v", err)}
	}
	carried := s.post(ctx, envelope.Encode())
	if carried.Err != nil {
		return v2.Message{}, &failure{sent: carried.Sent, reason: carried.Err.Error()}
	}
	message, err := open(m, carried.Body)
	if err != nil {
		return v2.Message{}, &failure{sent: true, reason: err.Error()}
	}
	return message, nil
}

// post makes one call to the gateway. Whatever breaks in it breaks while money
// may be moving, so a panic is an unknown outcome like any other.
func (s *Settings) post(ctx context.Context, form string) (carried Carried) {
	defer func() {
		if crash := recover(); crash != nil {
			carried = Carried{Sent: true, Err: fmt.Errorf("panic while calling gateway: %v\n%s", crash, debug.Stack())}
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, s.Timeouts.Gateway)
	defer cancel()
	return s.Gateway.Post(ctx, form)
}

// request is a v2 request that can be written.
type request interface {
	Marshal(v2.Head) ([]byte, error)
}

// exchange writes and sends a request about an order that exists already: a
// query, a close or a refund. The pay call, which must be the same message
// whenever it is repeated, has its own way.
func (b *Bridge) exchange(ctx context.Context, s *Settings, order ledger.Order, tranCode string, body request) (v2.Message, *failure) {
	now := b.now()
	flowNo := b.numbers.flow(order.GatewayMerchant, now)
	plaintext, err := body.Marshal(translate.Head(tranCode, order.GatewayMerchant, flowNo, now))
	if err != nil {
		return v2.Message{}, &failure{reason: err.Error()}
	}
	return s.call(ctx, order, plaintext)
}

// open verifies and reads an answer of the gateway.
func open(m *merchants.Merchant, body []byte) (v2.Message, error) {
	envelope, err := v2.ParseEnvelope(body)
	if err != nil {
		return v2.Message{}, fmt.Errorf("reading answer: %w", err)
	}
	return openEnvelope(m, envelope)
}

// openEnvelope verifies and reads a message of the gateway.
func openEnvelope(m *merchants.Merchant, envelope v2.Envelope) (v2.Message, error) {
	plaintext, err := m.Codec.Open(envelope)
	if err != nil {
		return v2.Message{}, fmt.Errorf("opening message: %w", err)
	}
	message, err := v2.ParseMessage(plaintext)
	if err != nil {
		return v2.Message{}, fmt.Errorf("reading message: %w", err)
	}
	return message, nil
}
