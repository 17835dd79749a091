package ledger

import (
	"time"

	"github.com/paybridge/paybridge/translate"
)

// Settlement is what reconciliation wants of an order: its numbers, and what became of
// the money. There may be millions of a day, so it is read without the rest.
type Settlement struct {
	Key
	QueryID         string
	OrderNo         string
	GatewayMerchant string
	GatewayNo       string
	RefundNo        string
	Amount          int64 // fen
	State           translate.State
	CreatedAt       time.Time
	PaidAt          time.Time
	SettledAt       time.Time
}

// settlementColumns are those of scanSettlement. Queries name the table o.
const settlementColumns = `o.query_id, o.order_no, o.gateway_merchant, o.gateway_no, o.refund_no, o.amount, o.state,
	o.created_at, o.paid_at, o.settled_at, o.order_id, o.mer_id`

func scanSettlement(from row) (Settlement, error) {
	var s Settlement
	var created, paid, settled millis
	err := from.Scan(&s.QueryID, &s.OrderNo, &s.GatewayMerchant, &s.GatewayNo, &s.RefundNo, &s.Amount, &s.State,
		&created, &paid, &settled, &s.OrderID, &s.MerID)
	switch {
	case err != nil:
		return s, err
	case !s.State.Known():
		return s, unknownState
	case s.Amount < 0:
		return s, damage("amount: negative")
	}
	s.CreatedAt, s.PaidAt, s.SettledAt = created.time(), paid.time(), settled.time()
	return s, nil
}
