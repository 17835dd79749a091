package sandbox

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
)

// orderKey is what an order is known by: numbers are unique per merchant.
type orderKey struct{ merchantID, orderID string }

// book is the gateway's order book. An operation works on a copy of its
// order, which is put back only if the request is to have been processed; so
// every failure exists with and without the money having moved.
type book struct {
	mu       sync.Mutex
	orders   map[orderKey]Order
	sequence int
}

// apply runs op for c on its order, and keeps the result if commit is set.
// It reports whether the order became paid by it.
func (b *book) apply(c *call, op operation, commit bool) (rep reply, paid bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	c.refundOrder = b.orderOfRefund(c.key.merchantID, c.body["merRefundFlowId"])
	if c.key.orderID == "" {
		c.key.orderID = c.refundOrder
	}
	known, found := b.orders[c.key]
	if found {
		known = known.clone()
		c.order = &known
	}
	before := known.Charges
	c.number = func(prefix string) string {
		b.sequence++
		return fmt.Sprintf("%s%s%06d", prefix, c.now.In(beijing).Format(wireLayout), b.sequence)
	}
	rep = op(c)
	if !commit || c.order == nil {
		return rep, false
	}
	b.orders[c.key] = *c.order
	return rep, c.order.Charges > before
}

// orderOfRefund returns the number of the order a refund belongs to, "" if
// there is no such refund. The caller holds the lock.
func (b *book) orderOfRefund(merchantID, flowID string) string {
	if flowID == "" {
		return ""
	}
	for key, o := range b.orders {
		if key.merchantID == merchantID && o.refund(flowID) != nil {
			return key.orderID
		}
	}
	return ""
}

// change lets f change an order, unless it returns an error.
func (b *book) change(key orderKey, f func(*Order) error) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	known, found := b.orders[key]
	if !found {
		return fmt.Errorf("no order %q of merchant %s", key.orderID, key.merchantID)
	}
	o := known.clone()
	if err := f(&o); err != nil {
		return fmt.Errorf("order %q of merchant %s: %w", key.orderID, key.merchantID, err)
	}
	b.orders[key] = o
	return nil
}

// find returns one order.
func (b *book) find(key orderKey) (Order, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	o, found := b.orders[key]
	return o.clone(), found
}

// byPlatformID returns the order with a number of the gateway's own.
func (b *book) byPlatformID(number string) (Order, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, o := range b.orders {
		if o.PlatformID == number {
			return o.clone(), true
		}
	}
	return Order{}, false
}

// snapshot returns all orders, oldest first.
func (b *book) snapshot() []Order {
	b.mu.Lock()
	defer b.mu.Unlock()
	orders := slices.Collect(maps.Values(b.orders))
	for i := range orders {
		orders[i] = orders[i].clone()
	}
	slices.SortFunc(orders, func(x, y Order) int {
		return cmp.Or(x.Created.Compare(y.Created), cmp.Compare(x.PlatformID, y.PlatformID))
	})
	return orders
}

// nextFlow returns a tranFlowid for a message of the gateway's own.
func (b *book) nextFlow(merchantID string, now time.Time) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sequence++
	return fmt.Sprintf("%s%s%06d", merchantID, now.In(beijing).Format(wireLayout), b.sequence)
}

func (b *book) reset() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.orders = make(map[orderKey]Order)
}
