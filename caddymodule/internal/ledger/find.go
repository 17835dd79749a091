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

// findNamed is findOrders for many numbers at once.
const findNamed = `WITH named (number) AS (SELECT value->>0 FROM {elements}), found (order_id, mer_id) AS (
		SELECT o.order_id, o.mer_id FROM named JOIN orders o ON o.order_id = named.number
		UNION SELECT o.order_id, o.mer_id FROM named JOIN orders o ON o.query_id = named.number
		UNION SELECT o.order_id, o.mer_id FROM named JOIN orders o ON o.order_no = named.number
		UNION SELECT o.order_id, o.mer_id FROM named JOIN orders o ON o.refund_no <> '' AND o.refund_no = named.number
	)
	SELECT o.created_at, o.order_id, o.mer_id, ` + settlementColumns + ` FROM found JOIN orders o ON o.order_id = found.order_id AND o.mer_id = found.mer_id
	ORDER BY o.created_at DESC, o.order_id DESC, o.mer_id DESC LIMIT $2`

// FindNamed returns up to limit orders that any of the numbers names, as FindOrders
// does for one; the PayId is no number of these. [List.Next] is set when there are
// more.
func (l *Ledger) FindNamed(ctx context.Context, numbers []string, limit int) (List[Settlement], error) {
	keys := make([]Key, len(numbers))
	for i, number := range numbers {
		keys[i].OrderID = storable(number) // elements hides it from storableArgs
	}
	orders, err := listed(ctx, l, scanSettlement, limit, findNamed, elements(keys), limit+1)
	return orders, wrap(err, "looking for orders by their numbers")
}
