package notices

import "go.uber.org/zap/zapcore"

// logLine is the log line of a notice that was not acknowledged.
type logLine struct {
	remote          string
	gatewayMerchant string // "" when no such merchant is configured
	trace           string // the trace ID of the notice's own request, "" when it is not traced
	err             error
}

// MarshalLogObject implements zapcore.ObjectMarshaler.
func (l logLine) MarshalLogObject(enc zapcore.ObjectEncoder) error {
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
