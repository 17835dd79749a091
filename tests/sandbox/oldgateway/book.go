package oldgateway

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// EntryKind is what an entry of the book did to the money.
type EntryKind string

// The kinds of entries.
const (
	Charge EntryKind = "charge" // a payer's money has gone to the merchant
	Refund EntryKind = "refund" // and back
	Payout EntryKind = "payout" // the merchant's money has gone to somebody
)

// Entry is one movement of money.
type Entry struct {
	Time    time.Time `json:"time"`
	Kind    EntryKind `json:"kind"`
	MerID   string    `json:"merid"`
	OrderID string    `json:"orderid"`
	Fen     int64     `json:"fen"`
}

// Book is what the gateway knows of orders and of money. Orders and Entries are
// in the order in which they came.
type Book struct {
	Orders  []Order `json:"orders"`
	Entries []Entry `json:"entries"`
}

// Count returns how many entries of a kind an order has.
func (b Book) Count(kind EntryKind, merID, orderID string) int {
	n := 0
	for _, e := range b.Entries {
		if e.Kind == kind && e.MerID == merID && e.OrderID == orderID {
			n++
		}
	}
	return n
}

// Order returns an order of the book.
func (b Book) Order(merID, orderID string) (Order, bool) {
	i := slices.IndexFunc(b.Orders, func(o Order) bool { return o.MerID == merID && o.OrderID == orderID })
	if i < 0 {
		return Order{}, false
	}
	return b.Orders[i], true
}

// Refusals of the book.
var (
	errTaken     = errors.New("the order number is used with other contents")
	errNoOrder   = errors.New("no such order")
	errNotUnpaid = errors.New("the order cannot be paid any more")
)

// ledger keeps the book. Everything that moves money happens under its lock.
type ledger struct {
	mu       sync.Mutex
	now      func() time.Time
	book     Book
	index    map[orderKey]int // into book.Orders
	sequence int
}

// orderKey is what an order is known by: numbers are unique per merchant.
type orderKey struct{ merID, orderID string }

func newLedger(now func() time.Time) *ledger {
	return &ledger{now: now, index: make(map[orderKey]int)}
}

// submit enters an order, or finds it when it is there already with the same
// contents. fresh says which; number names it before it is entered.
func (l *ledger) submit(o Order) (entered Order, fresh bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	key := orderKey{o.MerID, o.OrderID}
	if i, known := l.index[key]; known {
		old := &l.book.Orders[i]
		if !old.same(&o) {
			return Order{}, false, errTaken
		}
		old.Submissions++
		return old.clone(), false, nil
	}
	l.sequence++
	o.Created, o.State, o.Submissions = l.now(), Unpaid, 1
	o.QueryID = queryID(o.Created, l.sequence)
	if payIDs[o.Action] {
		o.PayID = fmt.Sprintf("PAY%s%06d", o.Created.In(beijing).Format("150405"), l.sequence)
	}
	l.index[key] = len(l.book.Orders)
	l.book.Orders = append(l.book.Orders, o)
	return o.clone(), true, nil
}

// find looks an order up by the gateway's number, which wins (v1 §3.5), or by the
// merchant's.
func (l *ledger) find(merID, queryID, orderID string) (Order, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	o, err := l.at(merID, queryID, orderID)
	if err != nil {
		return Order{}, err
	}
	return o.clone(), nil
}

// at is find without a copy. The caller holds the lock.
func (l *ledger) at(merID, queryID, orderID string) (*Order, error) {
	if queryID != "" {
		i := slices.IndexFunc(l.book.Orders, func(o Order) bool { return o.MerID == merID && o.QueryID == queryID })
		if i >= 0 {
			return &l.book.Orders[i], nil
		}
		// Merchants send their own number here, too (seen in the field).
		orderID = firstKnown(l.index, merID, queryID, orderID)
	}
	i, known := l.index[orderKey{merID, orderID}]
	if !known {
		return nil, fmt.Errorf("%w: %q", errNoOrder, orderID)
	}
	return &l.book.Orders[i], nil
}

// firstKnown is the first of two order numbers that is in the index, or the second.
func firstKnown(index map[orderKey]int, merID, first, second string) string {
	if _, known := index[orderKey{merID, first}]; known {
		return first
	}
	return second
}

// pay charges an order that waits for its payer.
func (l *ledger) pay(merID, orderID string) (Order, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	o, err := l.at(merID, "", orderID)
	if err != nil {
		return Order{}, err
	}
	if o.State != Unpaid {
		return o.clone(), fmt.Errorf("%w: %q is %s", errNotUnpaid, orderID, o.State)
	}
	o.State, o.Settled = Paid, l.now()
	l.enter(Charge, o.MerID, o.OrderID, o.Fen)
	return o.clone(), nil
}

// cancel closes an order, or gives the money back if it is paid. One that is
// closed or given back already stays as it is.
func (l *ledger) cancel(merID, queryID, orderID string) (Order, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	o, err := l.at(merID, queryID, orderID)
	if err != nil {
		return Order{}, err
	}
	switch o.State {
	case Unpaid:
		o.State = Closed
	case Paid:
		o.State = Refunded
		l.enter(Refund, o.MerID, o.OrderID, o.Fen)
	}
	return o.clone(), nil
}

// payout pays a merchant's money out, once for a number.
func (l *ledger) payout(merID, orderID string, fen int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.book.Count(Payout, merID, orderID) == 0 {
		l.enter(Payout, merID, orderID, fen)
	}
}

// called records a call of an order's notification.
func (l *ledger) called(merID, orderID string, c Call) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if o, err := l.at(merID, "", orderID); err == nil {
		o.Calls = append(o.Calls, c)
	}
}

// enter adds an entry. The caller holds the lock.
func (l *ledger) enter(kind EntryKind, merID, orderID string, fen int64) {
	l.book.Entries = append(l.book.Entries, Entry{Time: l.now(), Kind: kind, MerID: merID, OrderID: orderID, Fen: fen})
}

// snapshot returns a copy of the book.
func (l *ledger) snapshot() Book {
	l.mu.Lock()
	defer l.mu.Unlock()
	book := Book{Orders: slices.Clone(l.book.Orders), Entries: slices.Clone(l.book.Entries)}
	for i := range book.Orders {
		book.Orders[i] = book.Orders[i].clone()
	}
	return book
}
