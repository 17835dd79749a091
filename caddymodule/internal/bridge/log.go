package bridge

import (
	"go.opentelemetry.io/otel/attribute"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/tracing"
)

// loggedOrder is the allow-list of what a log line may say about an order:
// numbers, state and amount, never an address, an openid, a code or a payload.
type loggedOrder ledger.Order

// MarshalLogObject implements zapcore.ObjectMarshaler.
func (o loggedOrder) MarshalLogObject(enc zapcore.ObjectEncoder) error {
	for _, s := range []struct{ key, value string }{
		{"merid", o.MerID},
		{"orderid", o.OrderID},
		{"queryid", o.QueryID},
		{"order_no", o.OrderNo},
		{"action", o.Action},
		{"trace_id", tracing.ID(o.Trace)},
	} {
		if s.value != "" {
			enc.AddString(s.key, s.value)
		}
	}
	enc.AddInt64("amount_fen", o.Amount)
	return nil
}

func orderFields(o ledger.Order) zap.Field { return zap.Inline(loggedOrder(o)) }

// spanAttributes are what a span about an order says of it.
func spanAttributes(o ledger.Order) []attribute.KeyValue {
	return []attribute.KeyValue{tracing.MerID(o.MerID), tracing.OrderID(o.OrderID), tracing.OrderNo(o.OrderNo)}
}
