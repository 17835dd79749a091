package ledger

import (
	"context"
	"fmt"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/route"
	"github.com/paybridge/paybridge/translate"
)

// maxNumber is the longest number, in bytes, that an order may be named by:
// well above every wire format and well below what a database indexes.
const maxNumber = 128

// Begin records a new order in state begun, or the state that o already names,
// and returns it as stored. It is durable when Begin returns; only then may
// anything leave for the gateway.
//
// When the merchant has used the number before, Begin changes nothing and
// returns the stored order and fresh = false, whatever its contents. It returns
// [ErrNumberTaken] when QueryID or OrderNo belongs to another order, and
// [ErrOtherSide] when the order is on record as one of the old gateway.
//
// The caller of a fresh order holds it by claim 1 until o.Next; after that time
// [Ledger.ClaimOrders] gives it to somebody else.
func (l *Ledger) Begin(ctx context.Context, o Order) (stored Order, fresh bool, err error) {
	if err := check(o); err != nil {
		return Order{}, false, err
	}
	if o.State == "" {
		o.State = translate.Begun
	}
	if o.CreatedAt.IsZero() {
		o.CreatedAt = l.now()
	}
	o.Claim = 1
	o = toStored(o)
	b, err := write(ctx, l, func(t *tx) (begun, error) { return begin(t, o) })
	if err != nil {
		return Order{}, false, fmt.Errorf("beginning order: %w", err)
	}
	return b.order, b.fresh, nil
}

type begun struct {
	order Order
	fresh bool
}

func begin(t *tx, o Order) (begun, error) {
	if err := lockSide(t, o.Key); err != nil {
		return begun{}, err
	}
	n, err := t.exec(insertOrder, values(o)...)
	if err != nil {
		return begun{}, err
	}
	if n == 1 {
		return begun{o, true}, nil
	}
	stored, err := one(t, scanOrder, orderByKey, o.OrderID, o.MerID)
	if isNotFound(err) {
		return begun{}, whyNotBegun(t, o.Key)
	}
	if err != nil {
		return begun{}, err
	}
	// The row may be our own, from a run whose answer was lost. It is ours only
	// while nobody else has touched it.
	ours := t.again && stored == o
	return begun{stored, ours}, nil
}

// whyNotBegun says why an order that is not there could not be inserted.
func whyNotBegun(t *tx, k Key) error {
	side, err := sideOf(t, k)
	switch {
	case err != nil:
		return err
	case side == route.Old:
		return ErrOtherSide
	}
	return ErrNumberTaken
}

// check refuses orders that could not be found or would never be due.
func check(o Order) error {
	if err := checkNumbers(
		number{"MerID", o.MerID}, number{"OrderID", o.OrderID}, number{"QueryID", o.QueryID}, number{"OrderNo", o.OrderNo},
	); err != nil {
		return err
	}
	if o.Amount <= 0 {
		return fmt.Errorf("order.Amount: not a payment: %d", o.Amount)
	}
	if o.Next.IsZero() {
		return fmt.Errorf("order.Next: missing: every open order needs a next step")
	}
	return nil
}

// number is one that an order is named by.
type number struct{ name, value string }

// Valid reports whether an order can have this key: there is none without either number, or
// with a longer one than the ledger keeps.
func (k Key) Valid() bool { return checkKey(k) == nil }

func checkKey(k Key) error {
	return checkNumbers(number{"MerID", k.MerID}, number{"OrderID", k.OrderID})
}

func checkNumbers(numbers ...number) error {
	for _, n := range numbers {
		if n.value == "" {
			return fmt.Errorf("order.%s: missing", n.name)
		}
		if len(n.value) > maxNumber {
			return fmt.Errorf("order.%s: longer than %d bytes", n.name, maxNumber)
		}
	}
	return nil
}

// toStored gives o the precision and the characters that the ledger can keep, so
// that what Begin returns equals what is read back.
func toStored(o Order) Order {
	for _, text := range []*string{
		&o.MerID, &o.OrderID, &o.QueryID, &o.OrderNo, &o.FlowNo, &o.GatewayMerchant, &o.Action, &o.BackURL,
		&o.FrontURL, &o.OpenID, &o.ClientIP, &o.Trace, &o.PayID, &o.FormAction, &o.PayData, &o.GatewayNo, &o.GatewayMessage, &o.RefundNo,
	} {
		*text = storable(*text)
	}
	for _, at := range []*time.Time{
		&o.CreatedAt, &o.SentAt, &o.SettledAt, &o.PaidAt, &o.ExpiresAt, &o.Next,
	} {
		*at = toMillis(*at).time()
	}
	return o
}
