package delivery

import (
	"errors"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/tracing"
)

// attemptLine is the one log line of an attempt: an allow-list. The address
// stays out of it, because merchants put tokens into the query, and so does what
// they answered.
type attemptLine struct {
	n      ledger.Notification
	trace  string // the order's trace ID, "" when it has none
	result result
	lag    time.Duration
	to     ledger.NotificationState
}

// MarshalLogObject implements zapcore.ObjectMarshaler.
func (l attemptLine) MarshalLogObject(enc zapcore.ObjectEncoder) error {
	enc.AddString("merid", l.n.MerID)
	enc.AddString("orderid", l.n.OrderID)
	if l.trace != "" {
		enc.AddString("trace_id", l.trace)
	}
	enc.AddInt("attempt", l.n.Attempts+1)
	enc.AddString("class", string(l.result.class))
	if l.result.Status != 0 {
		enc.AddInt("status", l.result.Status)
	}
	enc.AddDuration("took", l.result.Duration)
	enc.AddDuration("lag", l.lag)
	enc.AddString("notification", string(l.to))
	if l.result.Cause != "" {
		enc.AddString("cause", l.result.Cause)
	}
	return nil
}

// orderFields name the order of a notification in a line about something else
// than an attempt.
func orderFields(c claimed) zap.Field {
	return zap.Inline(zapcore.ObjectMarshalerFunc(func(enc zapcore.ObjectEncoder) error {
		enc.AddString("merid", c.MerID)
		enc.AddString("orderid", c.OrderID)
		if id := tracing.ID(c.Order.Trace); id != "" {
			enc.AddString("trace_id", id)
		}
		return nil
	}))
}

// logAttempt writes the line; err says why the attempt could not be recorded.
func (d *Dispatcher) logAttempt(l attemptLine, err error) {
	row := l.result.class.row()
	switch {
	case errors.Is(err, ledger.ErrFenced):
		// An earlier try at recording may have succeeded without our hearing.
		d.log.Warn("attempt to notify was recorded before, or another bridge took over", zap.Inline(l))
	case err != nil:
		d.log.Error("attempt to notify could not be recorded", zap.Inline(l), zap.Error(err))
	case l.to == ledger.Exhausted:
		d.log.Warn("notification is exhausted: "+row.message, zap.Inline(l))
	case l.to == ledger.AlreadyCredited:
		d.log.Info("notification has ended: merchant says that the order was credited already", zap.Inline(l))
	default:
		d.log.Log(row.level, row.message, zap.Inline(l))
	}
}
