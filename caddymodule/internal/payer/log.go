package payer

import (
	"net/http"
	"time"

	"go.uber.org/zap/zapcore"
)

// logLine is the one log line of a request of a payer's browser: an allow-list.
type logLine struct {
	page    string
	remote  string
	merID   string // of a configured merchant or of an order that exists, else ""
	orderID string // of an order that exists, else ""
	view    view
	took    time.Duration
	trace   string // the request's trace ID, "" when it is not traced
}

// level keeps what operators should see apart from the many questions of pages
// that wait.
func (l logLine) level() zapcore.Level {
	switch {
	case l.view.status >= http.StatusInternalServerError:
		return zapcore.WarnLevel
	case l.page == statusPage:
		return zapcore.DebugLevel
	}
	return zapcore.InfoLevel
}

// MarshalLogObject implements zapcore.ObjectMarshaler.
func (l logLine) MarshalLogObject(enc zapcore.ObjectEncoder) error {
	enc.AddString("page", l.page)
	enc.AddString("remote_ip", l.remote)
	enc.AddString("result", l.view.result)
	enc.AddInt("status", l.view.status)
	enc.AddDuration("took", l.took)
	for _, s := range []struct{ key, value string }{
		{"merid", l.merID}, {"orderid", l.orderID}, {"trace_id", l.trace},
	} {
		if s.value != "" {
			enc.AddString(s.key, s.value)
		}
	}
	if l.view.err != nil {
		enc.AddString("error", l.view.err.Error())
	}
	return nil
}
