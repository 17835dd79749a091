package ledger

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/route"
	"github.com/paybridge/paybridge/translate"
)

// ErrOtherSide says that an order is on record as one of the other gateway: for
// [Ledger.Begin] the old one, for [Ledger.MarkOld] the v2 gateway.
var ErrOtherSide = errors.New("order belongs to the other gateway")

// MarkOld writes down that an order belongs to the old gateway; only then may its
// request go there. fresh is false for an order that is marked already, which stays as
// it is. The error is [ErrOtherSide] when the order is one of this ledger, and
// [ErrInvalidNumber] when no order can have such a number.
//
// A payment waits for it, so it is one transaction that needs nothing read before, and
// on PostgreSQL one exchange with the server.
func (l *Ledger) MarkOld(ctx context.Context, k Key, at time.Time) (fresh bool, err error) {
	fresh, err = l.markOld(ctx, k, at)
	return fresh, wrap(err, "marking an order of the old gateway")
}

func (l *Ledger) markOld(ctx context.Context, k Key, at time.Time) (fresh bool, err error) {
	if err := checkKey(k); err != nil {
		return false, fmt.Errorf("%w: %w", ErrInvalidNumber, err)
	}
	slot := sideSlot(k)
	inserted, err := writeLocked(ctx, l,
		statement{lockSlot, []any{slot}},
		statement{insertOld, []any{k.OrderID, k.MerID, toMillis(at), slot}})
	if err != nil || inserted == 1 {
		return err == nil, err
	}
	_, err = read(ctx, l, func(t *tx) (none, error) { return none{}, whyNotMarked(t, k) })
	return false, err
}

// insertOld needs the lock, also where the row that is to be locked is missing.
const insertOld = `INSERT INTO old_orders (order_id, mer_id, at)
	SELECT $1, $2, $3 WHERE {held}
		AND NOT EXISTS (SELECT 1 FROM orders WHERE order_id = $1 AND mer_id = $2)
	ON CONFLICT DO NOTHING`

// whyNotMarked says why a mark was not inserted; nil is that it is there.
func whyNotMarked(t *tx, k Key) error {
	switch side, err := sideOf(t, k); {
	case err != nil, side == route.Old:
		return err
	case side != "":
		return ErrOtherSide
	}
	if err := lockSide(t, k); err != nil {
		return err
	}
	return fromDriver(errors.New("the mark was forgotten for its age a moment ago; try again"))
}

// Side returns the side of an order, "" when nothing is on record.
func (l *Ledger) Side(ctx context.Context, k Key) (route.Side, error) {
	side, err := read(ctx, l, func(t *tx) (route.Side, error) { return sideOf(t, k) })
	return side, wrap(err, "looking for the side of an order")
}

const sideByKey = `SELECT 'v2' FROM orders WHERE order_id = $1 AND mer_id = $2
	UNION ALL SELECT 'old' FROM old_orders WHERE order_id = $1 AND mer_id = $2`

func sideOf(t *tx, k Key) (route.Side, error) {
	side, err := one(t, scanText, sideByKey, k.OrderID, k.MerID)
	if isNotFound(err) {
		return "", nil
	}
	return route.Side(side), err
}

// sideSlots is how many rows side_locks has.
const sideSlots = 1024

// sideSlot is the row of side_locks that a key falls on.
func sideSlot(k Key) int64 {
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(storable(k.MerID) + "\n" + storable(k.OrderID)))
	return int64(hash.Sum32() % sideSlots)
}

// lockSlot has everybody wait who is about to give the same order a side, until the
// transaction ends: what it finds in the other side's table stays true until then. It
// comes before the statements that look there, since each of those sees what was
// committed when it began.
const lockSlot = `SELECT slot FROM side_locks WHERE slot = $1 {lock}`

func lockSide(t *tx, k Key) error {
	if t.dialect.alone {
		return nil
	}
	_, err := one(t, scanCount, lockSlot, sideSlot(k))
	if isNotFound(err) {
		return fromDriver(errors.New("side_locks has lost rows: run the migration's INSERT INTO side_locks once more"))
	}
	return err
}

// oldPrunedAtOnce bounds how many marks one transaction deletes: on SQLite payments wait
// behind it.
const oldPrunedAtOnce = 50

const pruneOld = `DELETE FROM old_orders WHERE (order_id, mer_id) IN (
	SELECT order_id, mer_id FROM old_orders WHERE at < $1 ORDER BY at LIMIT $2 {skip locked})`

// PruneOld forgets orders of the old gateway that were first seen before a time, up
// to a number that keeps nobody waiting. It reports whether there are more.
func (l *Ledger) PruneOld(ctx context.Context, before time.Time) (more bool, err error) {
	n, err := write(ctx, l, func(t *tx) (int64, error) {
		return t.exec(pruneOld, toMillis(before), oldPrunedAtOnce)
	})
	return n == oldPrunedAtOnce, wrap(err, "forgetting orders of the old gateway")
}

// merchantsWithOrders goes from one merchant to the next along the index, and takes
// those that have an order which is no try.
const merchantsWithOrders = `WITH RECURSIVE found (mer_id) AS (
		SELECT min(mer_id) FROM orders
		UNION ALL SELECT (SELECT min(mer_id) FROM orders WHERE mer_id > found.mer_id) FROM found WHERE found.mer_id IS NOT NULL
	) SELECT mer_id FROM found WHERE EXISTS (
		SELECT 1 FROM orders o WHERE o.mer_id = found.mer_id AND substr(o.order_id, 1, $1) <> $2)`

// MerchantsWithOrders returns the merchants that ever had an order of their own in this
// ledger. What an operator has tried in a merchant's name is none: its program never
// asks about it.
func (l *Ledger) MerchantsWithOrders(ctx context.Context) ([]string, error) {
	list, err := read(ctx, l, func(t *tx) ([]string, error) {
		return all(t, scanText, merchantsWithOrders, len(translate.TryPrefix), translate.TryPrefix)
	})
	return list, wrap(err, "listing merchants with orders")
}
