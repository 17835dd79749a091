package tests

import (
	"sync"

	"github.com/paybridge/paybridge/tests/sandbox/merchant"
	"github.com/paybridge/paybridge/tests/sandbox/oldgateway"
)

// stormBooks are the books of both gateways, by the merchants' numbers.
type stormBooks struct {
	old      map[stormKey]oldgateway.Order
	v2       map[stormKey]bool // orders that the new gateway has
	charges  map[stormKey]int  // on both sides
	refunded map[stormKey]bool
}

type stormKey struct{ merID, orderID string }

func (s *storm) books() stormBooks {
	b := stormBooks{map[stormKey]oldgateway.Order{}, map[stormKey]bool{}, map[stormKey]int{}, map[stormKey]bool{}}
	state := s.old.State()
	for _, o := range state.Orders {
		b.old[stormKey{o.MerID, o.OrderID}] = o
	}
	for _, e := range state.Entries {
		switch e.Kind {
		case oldgateway.Charge:
			b.charges[stormKey{e.MerID, e.OrderID}]++
		case oldgateway.Refund:
			b.refunded[stormKey{e.MerID, e.OrderID}] = true
		}
	}
	numbers := make(map[string]stormKey)
	for _, row := range s.rows() {
		numbers[row.orderNo] = stormKey{row.merID, row.orderID}
	}
	for _, o := range s.gateway.State().Orders {
		key := numbers[o.OrderID]
		b.v2[key] = true
		b.charges[key] += o.Charges
		b.refunded[key] = b.refunded[key] || len(o.Refunds) > 0
	}
	return b
}

// check compares what merchants have heard with both books.
func (s *storm) check() {
	s.t.Helper()
	books := s.books()
	sides := map[string]int{}
	for _, o := range s.orders {
		sides[s.checkSide(o, books)]++
	}
	s.askForAll()
	paid := 0
	for _, charges := range books.charges {
		paid += charges
	}
	s.t.Logf("%d orders, on each side %v, %d charges, %d requests without an answer", len(s.orders), sides, paid, s.unheard.Load())
	if sides["old"] == 0 || sides["v2"] == 0 {
		s.t.Error("the storm has left a side out")
	}
}

// checkSide checks an order against both books and returns its side.
func (s *storm) checkSide(o *stormOrder, books stormBooks) string {
	s.t.Helper()
	key := stormKey{s.shops[o.shop].MerID, o.payment.OrderID}
	_, onOld := books.old[key]
	onV2, charges := books.v2[key], books.charges[key]
	switch {
	case onOld && onV2:
		s.t.Errorf("O9: both gateways have order %s", key.orderID)
	case charges > 1:
		s.t.Errorf("O9: order %s was charged %d times", key.orderID, charges)
	// A scanned code is never sent twice: where a kill came before it was sent, its
	// merchant hears 00 and polls, and no gateway has it.
	case o.queryID != "" && o.payment.Code == "" && !onOld && !onV2:
		s.t.Errorf("O9: order %s is known to its merchant as %s and to no gateway", key.orderID, o.queryID)
	case o.cancelled && charges > 0:
		s.t.Errorf("order %s was cancelled and then charged", key.orderID)
	case charges == 1 && !books.refunded[key]:
		s.checkAnnounced(o)
	}
	if onOld {
		return "old"
	}
	return "v2"
}

// checkAnnounced checks that a merchant has been told of a payment, by the side whose
// number it knows and by no other.
func (s *storm) checkAnnounced(o *stormOrder) {
	s.t.Helper()
	if !eventually(func() bool { return s.acknowledged(o.payment.OrderID) }) {
		s.t.Errorf("O9: order %s is paid and its merchant does not know", o.payment.OrderID)
	}
	for _, n := range s.receivers[o.shop].Notifications(o.payment.OrderID) {
		if o.queryID != "" && n.QueryID != o.queryID {
			s.t.Errorf("O9: order %s is %s and was announced as %s", o.payment.OrderID, o.queryID, n.QueryID)
		}
	}
}

// askForAll asks both bridges for every order: each is known by the number that its
// merchant has heard.
func (s *storm) askForAll() {
	left := make(chan *stormOrder)
	var merchants sync.WaitGroup
	for range 8 {
		merchants.Go(func() {
			for o := range left {
				for _, reply := range s.toBoth(o.shop, func(c *merchant.Client) (*merchant.Reply, error) {
					return c.Query(s.ctx(), lookup(o.payment.OrderID))
				}) {
					if reply == nil || !s.hear(o, reply) {
						s.t.Errorf("O9: order %s, known to its merchant as %q, is asked for in vain", o.payment.OrderID, o.queryID)
					}
				}
			}
		})
	}
	for _, o := range s.orders {
		if o.queryID != "" {
			left <- o
		}
	}
	close(left)
	merchants.Wait()
}
