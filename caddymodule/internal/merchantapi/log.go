package merchantapi

import (
	"time"

	"go.uber.org/zap/zapcore"

	v1 "github.com/paybridge/paybridge/translate/v1"
)

// requestLine is the one log line of a v1 request: an allow-list. No member of
// the payload is on it but the two numbers that operators search by.
type requestLine struct {
	endpoint    string
	client      Client
	merID       string
	variant     v1.Variant
	previousKey bool
	answer      answer
	took        time.Duration
	trace       string // the request's trace ID, "" when it is not traced
	lost        bool   // the merchant had hung up
}

// MarshalLogObject implements zapcore.ObjectMarshaler.
func (l requestLine) MarshalLogObject(enc zapcore.ObjectEncoder) error {
	enc.AddString("interface", l.endpoint)
	enc.AddString("remote_ip", l.client.Address)
	enc.AddString("tls", l.client.TLS)
	enc.AddString("respcode", string(l.answer.code))
	enc.AddDuration("took", l.took)
	for _, s := range []struct{ key, value string }{
		{"merid", l.merID},
		{"orderid", l.answer.orderID},
		{"resultcode", string(l.answer.result)},
		{"trace_id", l.trace},
	} {
		if s.value != "" {
			enc.AddString(s.key, s.value)
		}
	}
	if l.variant != 0 {
		enc.AddString("req_received", l.variant.String())
	}
	if l.client.try {
		enc.AddBool("try", true)
	}
	if l.previousKey {
		enc.AddBool("previous_sign_key", true)
	}
	if l.lost {
		enc.AddBool("merchant_hung_up", true)
	}
	if l.answer.err != nil {
		enc.AddString("error", l.answer.err.Error())
	}
	return nil
}
