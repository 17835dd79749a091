package bridge

import (
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// loggedOrder is the allow-list of what a log line may say about an order:
// numbers, state and amount, never an address, an openid, a code or a payload.
type loggedOrder ledger.Order

// MarshalLogObject implements zapcore.ObjectMarshaler.
func (o loggedOrder) MarshalLogObject(enc zapcore.ObjectEncoder) error {
	enc.AddString("merid", o.MerID)
	enc.AddString("orderid", o.OrderID)
	enc.AddString("queryid", o.QueryID)
	enc.AddString("order_no", o.OrderNo)
	enc.AddString("action", o.Action)
	enc.AddInt64("amount_fen", o.Amount)
	return nil
}

func orderFields(o ledger.Order) zap.Field { return zap.Inline(loggedOrder(o)) }
