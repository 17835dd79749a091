package ledger

import (
	"context"
	"time"
)

// OldOrder is an order of the old gateway, as its mark says. Nothing more is known of it.
type OldOrder struct {
	Key
	At time.Time // when it was first passed on; zero when that cannot be read
}

const findOldOrders = `SELECT order_id, mer_id, at FROM old_orders WHERE order_id = $1 ORDER BY order_id, mer_id LIMIT $2`

// FindOldOrders returns up to limit orders of the old gateway that have the merchant's
// own number, by merchant. The old gateway's numbers are not on record.
func (l *Ledger) FindOldOrders(ctx context.Context, orderID string, limit int) ([]OldOrder, error) {
	found, err := read(ctx, l, func(t *tx) ([]OldOrder, error) { return all(t, scanOldOrder, findOldOrders, orderID, limit) })
	return found, wrap(err, "looking for orders of the old gateway by a number")
}

const oldOrderByKey = `SELECT order_id, mer_id, at FROM old_orders WHERE order_id = $1 AND mer_id = $2`

// OldOrder returns an order of the old gateway. It returns [ErrNotFound] where none is on
// record.
func (l *Ledger) OldOrder(ctx context.Context, k Key) (OldOrder, error) {
	found, err := read(ctx, l, func(t *tx) (OldOrder, error) { return one(t, scanOldOrder, oldOrderByKey, k.OrderID, k.MerID) })
	return found, wrap(err, "looking for an order of the old gateway")
}

const (
	newestOld  = `SELECT at FROM old_orders WHERE at < $1 ORDER BY at DESC LIMIT 1`
	newestPaid = `SELECT paid_at FROM orders WHERE paid_at > 0 AND paid_at < $1 ORDER BY paid_at DESC LIMIT 1`
)

// NewestOrder returns the newest time before another of which an order is on record: when one
// of the old gateway was passed on, or one of v2 was paid. It is zero where there is none.
func (l *Ledger) NewestOrder(ctx context.Context, before time.Time) (time.Time, error) {
	newest, err := read(ctx, l, func(t *tx) (newest millis, err error) {
		for _, query := range []string{newestOld, newestPaid} {
			at, err := one(t, scanMillis, query, toMillis(before))
			if err != nil && !isNotFound(err) {
				return 0, err
			}
			newest = max(newest, at)
		}
		return newest, nil
	})
	return newest.time(), wrap(err, "looking for the newest order")
}

// scanOldOrder lets the time be anything: a mark counts all the same.
func scanOldOrder(from row) (OldOrder, error) {
	var o OldOrder
	var at any
	err := from.Scan(&o.OrderID, &o.MerID, &at)
	if ms, ok := at.(int64); ok {
		o.At = millis(ms).time()
	}
	return o, err
}
