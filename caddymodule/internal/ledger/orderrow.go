package ledger

import (
	"encoding/hex"
)

// orderColumns is every column of an order, in the order of scanOrder. Queries name
// the table o.
const orderColumns = `o.order_id, o.mer_id, o.query_id, o.order_no, o.flow_no, o.gateway_merchant,
	o.fingerprint, o.action, o.amount, o.back_url, o.front_url, o.open_id, o.client_ip,
	o.trace, o.state, o.form_action, o.pay_data, o.gateway_no, o.words, o.refund_no,
	o.created_at, o.sent_at, o.settled_at, o.paid_at, o.expires_at, o.next, o.tries, o.claim, o.late, o.pay_id, o.purged_at`

const orderByKey = `SELECT ` + orderColumns + ` FROM orders o WHERE o.order_id = $1 AND o.mer_id = $2`

// orderRow is where the columns of an order are scanned to.
type orderRow struct {
	order                                               Order
	fingerprint                                         string
	created, sent, settled, paid, expires, next, purged millis
}

func (r *orderRow) targets() []any {
	o := &r.order
	return []any{
		&o.OrderID, &o.MerID, &o.QueryID, &o.OrderNo, &o.FlowNo, &o.GatewayMerchant,
		&r.fingerprint, &o.Action, &o.Amount, &o.BackURL, &o.FrontURL, &o.OpenID, &o.ClientIP,
		&o.Trace, &o.State, &o.FormAction, &o.PayData, &o.GatewayNo, &o.GatewayMessage, &o.RefundNo,
		&r.created, &r.sent, &r.settled, &r.paid, &r.expires, &r.next, &o.Tries, &o.Claim, &o.Late, &o.PayID, &r.purged,
	}
}

func (r *orderRow) finish() (Order, error) {
	o := &r.order
	if n, err := hex.Decode(o.Fingerprint[:], []byte(r.fingerprint)); err != nil || n != len(o.Fingerprint) {
		return *o, damage("fingerprint: not a SHA-256")
	}
	if !o.State.Known() {
		return *o, unknownState
	}
	for _, number := range []struct {
		column string
		value  int64
	}{
		{"amount", o.Amount}, {"tries", int64(o.Tries)}, {"claim", o.Claim}, {"created_at", int64(r.created)},
		{"sent_at", int64(r.sent)}, {"settled_at", int64(r.settled)}, {"paid_at", int64(r.paid)},
		{"expires_at", int64(r.expires)}, {"next", int64(r.next)}, {"purged_at", int64(r.purged)},
	} {
		if number.value < 0 {
			return *o, damage(number.column + ": negative")
		}
	}
	o.CreatedAt, o.SentAt, o.SettledAt = r.created.time(), r.sent.time(), r.settled.time()
	o.PaidAt, o.ExpiresAt, o.Next, o.PurgedAt = r.paid.time(), r.expires.time(), r.next.time(), r.purged.time()
	return *o, nil
}

func scanOrder(from row) (Order, error) {
	var r orderRow
	if err := from.Scan(r.targets()...); err != nil {
		return r.order, err
	}
	return r.finish()
}

// insertOrder has a place for each of values. An order of the old gateway is not
// inserted.
const insertOrder = `INSERT INTO orders (order_id, mer_id, query_id, order_no, flow_no, gateway_merchant,
	fingerprint, action, amount, back_url, front_url, open_id, client_ip,
	trace, state, form_action, pay_data, gateway_no, words, refund_no,
	created_at, sent_at, settled_at, paid_at, expires_at, next, tries, claim, late, pay_id)
	SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
	$22, $23, $24, $25, $26, $27, $28, $29, $30
	WHERE NOT EXISTS (SELECT 1 FROM old_orders WHERE order_id = $1 AND mer_id = $2)
	ON CONFLICT DO NOTHING`

func values(o Order) []any {
	return []any{
		o.OrderID, o.MerID, o.QueryID, o.OrderNo, o.FlowNo, o.GatewayMerchant,
		hex.EncodeToString(o.Fingerprint[:]), o.Action, o.Amount, o.BackURL, o.FrontURL, o.OpenID, o.ClientIP,
		o.Trace, string(o.State), o.FormAction, o.PayData, o.GatewayNo, o.GatewayMessage, o.RefundNo,
		toMillis(o.CreatedAt), toMillis(o.SentAt), toMillis(o.SettledAt), toMillis(o.PaidAt),
		toMillis(o.ExpiresAt), toMillis(o.Next), o.Tries, o.Claim, bit(o.Late), o.PayID,
	}
}

// updateOrder writes what an update may change.
const updateOrder = `UPDATE orders SET state = $3, form_action = $4, gateway_no = $5, words = $6, refund_no = $7,
	sent_at = $8, settled_at = $9, paid_at = $10, next = $11, tries = $12, claim = $13, pay_data = $14, open_id = $15, late = $16
	WHERE order_id = $1 AND mer_id = $2`

func update(t *tx, o Order) error {
	_, err := t.exec(updateOrder, o.OrderID, o.MerID,
		string(o.State), o.FormAction, o.GatewayNo, o.GatewayMessage, o.RefundNo,
		toMillis(o.SentAt), toMillis(o.SettledAt), toMillis(o.PaidAt), toMillis(o.Next), o.Tries, o.Claim,
		o.PayData, o.OpenID, bit(o.Late))
	return err
}

// bit is how a yes or no is stored.
func bit(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
