package ledger

import "context"

const orderByPayID = `SELECT ` + orderColumns + ` FROM orders o
	WHERE o.pay_id <> '' AND o.pay_id = $1`

// OrderByPayID returns the order with this PayId, or [ErrNotFound].
func (l *Ledger) OrderByPayID(ctx context.Context, payID string) (Order, error) {
	return l.order(ctx, orderByPayID, payID)
}

// findOrders has a branch for each number, because each has its own index. One
// order may be found by several.
const findOrders = `WITH found (order_id, mer_id) AS (
		SELECT order_id, mer_id FROM orders WHERE order_id = $1
		UNION SELECT order_id, mer_id FROM orders WHERE query_id = $1
		UNION SELECT order_id, mer_id FROM orders WHERE order_no = $1
		UNION SELECT order_id, mer_id FROM orders WHERE refund_no <> '' AND refund_no = $1
		UNION SELECT order_id, mer_id FROM orders WHERE pay_id <> '' AND pay_id = $1
	)
	SELECT o.created_at, o.order_id, o.mer_id, ` + orderColumns + ` FROM found JOIN orders o ON o.order_id = found.order_id AND o.mer_id = found.mer_id
	ORDER BY o.created_at DESC, o.order_id DESC, o.mer_id DESC LIMIT $2`

// FindOrders returns up to limit orders that number names: as the merchant's own
// order number, the platform number of v1, the order or refund number of v2, or
// the PayId. The newest come first; the list is empty when there is none.
func (l *Ledger) FindOrders(ctx context.Context, number string, limit int) (List[Order], error) {
	orders, err := listed(ctx, l, scanOrder, limit, findOrders, number, limit+1)
	return orders, wrap(err, "looking for orders by a number")
}
