package ledger

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/paybridge/paybridge/translate"
)

// maxClaims bounds what one claim takes, so that the transaction stays short.
const maxClaims = 1000

const (
	dueOrders = `SELECT mer_id, '' FROM orders WHERE next > 0 AND next <= $1 ORDER BY next LIMIT CAST($2 AS BIGINT)`

	openMerchantsDue = `SELECT value->>0, '', 0, COALESCE((SELECT min(q.next + 0) FROM orders q
			WHERE q.next > 0 AND q.mer_id = value->>0) <= $3, FALSE)
		FROM {elements} WHERE CAST($2 AS BIGINT) > 0`

	holdOrders = `UPDATE orders SET next = $2, claim = claim + 1
		WHERE (order_id, mer_id) IN (SELECT value->>0, value->>1 FROM {elements})`
)

var openMerchants = merchantsBehind("orders", "q.next > 0")

func orderQueue() *queue {
	return &queue{due: dueOrders, merchants: openMerchants, hosts: openMerchantsDue}
}

// ClaimOrders gives the caller orders whose next step is due, no more than there
// is room for, the longest overdue first. They are the caller's until now + lease:
// by then it must have recorded an update or postponed the step, or another gets them.
// offer is asked for the room before every search for what is due. Merchants that have
// something due get equal shares of it, however much waits of one.
func (l *Ledger) ClaimOrders(
	ctx context.Context, now time.Time, lease time.Duration, offer func() Room,
) ([]Order, error) {
	var given []Order
	err := l.claimBySearches(ctx, l.orders, toMillis(now), offer, func(shares []quota) (int, bool, error) {
		c, err := write(ctx, l, func(t *tx) (claimedOrders, error) {
			return claimOrders(t, shares, toMillis(now), toMillis(now.Add(lease)))
		})
		if err == nil {
			l.tellAside(c.aside)
		}
		given = c.given
		return len(c.given), len(c.aside) > 0, err
	})
	return given, wrap(err, "claiming orders")
}

// claimedOrders is what came of one search for what is due.
type claimedOrders struct {
	given []Order
	aside []UnreadableError
}

// claimOrders takes the shares of what is due at now and holds it until the lease
// ends.
func claimOrders(t *tx, shares []quota, now, until millis) (claimedOrders, error) {
	text, args := dueOrdersOf(now, shares)
	due, aside, err := readable(t, scanOrder, text, args...)
	if err == nil {
		err = setAside(t, aside, now)
	}
	if err != nil || len(due) == 0 {
		return claimedOrders{aside: aside}, err
	}
	slices.SortStableFunc(due, func(a, b Order) int { return a.Next.Compare(b.Next) })
	keys := make([]Key, len(due))
	for i := range due {
		keys[i] = due[i].Key
		due[i].Next = until.time()
		due[i].Claim++
	}
	_, err = t.exec(holdOrders, elements(keys), until)
	return claimedOrders{due, aside}, err
}

// dueOrdersOf builds the query for what is due of several merchants.
func dueOrdersOf(now millis, shares []quota) (string, []any) {
	const branch = `SELECT * FROM (SELECT ` + orderColumns + ` FROM orders o
		WHERE o.next > 0 AND o.mer_id = $%d AND o.next + 0 <= $1 ORDER BY o.next + 0 LIMIT CAST($%d AS BIGINT) {skip locked}) AS due%d`
	texts := make([]string, branches(len(shares)))
	args := []any{now}
	for i := range texts {
		var q quota
		if i < len(shares) {
			q = shares[i]
		}
		texts[i] = fmt.Sprintf(branch, len(args)+1, len(args)+2, i)
		args = append(args, q.merID, q.n)
	}
	return strings.Join(texts, ` UNION ALL `), args
}

// Postpone says that the step brought no update and when the next one is due, with
// the number of steps taken on this schedule; events is what happened during it. It returns
// [ErrFenced] when claim is
// not the order's any more or the order has come to rest meanwhile.
func (l *Ledger) Postpone(ctx context.Context, k Key, claim int64, next time.Time, tries int, events ...Event) error {
	if next.IsZero() {
		return fmt.Errorf("postponing order: next: missing: every open order needs a next step")
	}
	return wrap(l.reschedule(ctx, k, claim, next, tries, events), "postponing order")
}

// TakeInHand gives an order to whoever holds it by claim anew, with the first try of its
// schedule and until a time, and returns it as it then stands. Whoever read it before can
// move it by that claim no more; who takes it up after that time finds it as one whose first
// try may have been made, and events, which say what it was taken in hand for. It returns
// [ErrFenced] like Postpone, and for an order that is final.
func (l *Ledger) TakeInHand(ctx context.Context, k Key, claim int64, until time.Time, events ...Event) (Order, error) {
	until = toMillis(until).time()
	batch := newEventBatch(l.now(), events...)
	taken, err := write(ctx, l, func(t *tx) (Order, error) {
		o, err := one(t, scanOrder, orderByKey+` {lock}`, k.OrderID, k.MerID)
		switch {
		case err != nil:
			return Order{}, err
		case t.again && o.Claim == claim+1 && o.Tries == 0 && o.Next.Equal(until):
			return o, nil // an earlier run wrote it
		case o.Claim != claim || o.State.Final():
			return Order{}, ErrFenced
		}
		o.Next, o.Tries, o.Claim = until, 0, claim+1
		if err := update(t, o); err != nil {
			return Order{}, err
		}
		return o, batch.add(t, k)
	})
	return taken, wrap(err, "taking an order in hand")
}

// Rest says that a final order, which had a last step to take, needs none any
// more. It returns [ErrFenced] like Postpone, and for an order that is open.
func (l *Ledger) Rest(ctx context.Context, k Key, claim int64, events ...Event) error {
	return wrap(l.reschedule(ctx, k, claim, time.Time{}, 0, events), "laying order to rest")
}

// AskAgain has an order queried once more that is closed or failed and had come to rest, for
// something was told of it; events is what. An order with a step before it keeps that, and
// any other gets no more than the events: AskAgain returns the order as it then stands, and
// one without a next step is not asked about. A last query that is under way may have been
// answered before, so that its holder cannot lay the order to rest any more.
func (l *Ledger) AskAgain(ctx context.Context, k Key, at time.Time, events ...Event) (Order, error) {
	batch := newEventBatch(l.now(), events...)
	stands, err := write(ctx, l, func(t *tx) (Order, error) {
		o, err := one(t, scanOrder, orderByKey+` {lock}`, k.OrderID, k.MerID)
		if err != nil {
			return Order{}, err
		}
		if o.State.Row().Due == translate.DueLastQuery {
			o.Next = toMillis(firstOf(o.Next, at)).time()
			o.Claim++
			err = update(t, o)
		}
		if err == nil {
			err = batch.add(t, k)
		}
		return o, err
	})
	return stands, wrap(err, "asking about an order once more")
}

// reschedule sets an order's next step, zero for none. Only a final order may
// have none.
func (l *Ledger) reschedule(
	ctx context.Context, k Key, claim int64, next time.Time, tries int, events []Event,
) error {
	batch := newEventBatch(l.now(), events...)
	_, err := write(ctx, l, func(t *tx) (none, error) {
		o, err := one(t, scanOrder, orderByKey+` {lock}`, k.OrderID, k.MerID)
		if err != nil {
			return none{}, err
		}
		atRest := o.State.Final() && o.Next.IsZero()
		if t.again && atRest && next.IsZero() && o.Claim == claim {
			return none{}, nil // an earlier run wrote it
		}
		if o.Claim != claim || atRest || (next.IsZero() && !o.State.Final()) {
			return none{}, ErrFenced
		}
		_, err = t.exec(`UPDATE orders SET next = $3, tries = $4 WHERE order_id = $1 AND mer_id = $2`,
			k.OrderID, k.MerID, toMillis(next), tries)
		if err == nil {
			err = batch.add(t, k)
		}
		return none{}, err
	})
	return err
}

// Order returns the order that its merchant calls k, or [ErrNotFound].
func (l *Ledger) Order(ctx context.Context, k Key) (Order, error) {
	return l.order(ctx, orderByKey, k.OrderID, k.MerID)
}

// OrderByQueryID returns the order with this platform number of v1, or
// [ErrNotFound].
func (l *Ledger) OrderByQueryID(ctx context.Context, queryID string) (Order, error) {
	return l.order(ctx, `SELECT `+orderColumns+` FROM orders o WHERE o.query_id = $1`, queryID)
}

// OrderByOrderNo returns the order with this order number of v2, or
// [ErrNotFound].
func (l *Ledger) OrderByOrderNo(ctx context.Context, orderNo string) (Order, error) {
	return l.order(ctx, `SELECT `+orderColumns+` FROM orders o WHERE o.order_no = $1`, orderNo)
}

// OrderByRefundNo returns the order whose refund has this number, or
// [ErrNotFound].
func (l *Ledger) OrderByRefundNo(ctx context.Context, refundNo string) (Order, error) {
	return l.order(ctx, `SELECT `+orderColumns+` FROM orders o WHERE o.refund_no <> '' AND o.refund_no = $1`, refundNo)
}

func (l *Ledger) order(ctx context.Context, text string, args ...any) (Order, error) {
	o, err := read(ctx, l, func(t *tx) (Order, error) { return one(t, scanOrder, text, args...) })
	return o, wrap(err, "reading order")
}
