package caddymodule

import (
	"time"

	"go.uber.org/zap/zapcore"

	v1 "github.com/paybridge/paybridge/translate/v1"
)

// requestLine is the one log line of a v1 request: an allow-list. No member of
// the payload is on it but the two numbers that operators search by.
type requestLine struct {
	endpoint    string
	remote      string
	tls         string // as it came to Caddy, "none" for plain http
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
	enc.AddString("remote_ip", l.remote)
	enc.AddString("tls", l.tls)
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

// noticeLine is the log line of a notice that was not acknowledged.
type noticeLine struct {
	remote          string
	gatewayMerchant string // "" when no such merchant is configured
	trace           string // the trace ID of the notice's own request, "" when it is not traced
	err             error
}

// MarshalLogObject implements zapcore.ObjectMarshaler.
func (l noticeLine) MarshalLogObject(enc zapcore.ObjectEncoder) error {
	enc.AddString("remote_ip", l.remote)
	for _, s := range []struct{ key, value string }{
		{"gateway_merchant", l.gatewayMerchant},
		{"trace_id", l.trace},
	} {
		if s.value != "" {
			enc.AddString(s.key, s.value)
		}
	}
	enc.AddString("error", l.err.Error())
	return nil
}
