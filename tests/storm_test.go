package tests

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paybridge/paybridge/tests/sandbox"
	"github.com/paybridge/paybridge/tests/sandbox/merchant"
)

// stormOrders is how many orders a storm has in every test run. make storm has more.
const stormOrders = 400

// TestStorm is oracle O9 under everything at once: eight merchants whose routes and
// shares change every 200 ms pay through two bridges of one PostgreSQL, every order at
// both at the same time, while the bridges are reloaded, and killed at any instant and
// at the named ones. No order is on two sides or charged twice, none is unknown to the
// side that has it, and each that was paid is announced by its own side.
func TestStorm(t *testing.T) {
	t.Parallel()
	binary, err := fragileBridge()
	if err != nil {
		t.Fatal(err)
	}
	m := newMovingWorldOf(t, manyShops(8), "old", onPostgres)
	m.killed = true
	s := &storm{movingWorld: m}
	for _, name := range []string{"one", "other"} {
		bridge := m.newBridge(name)
		bridge.binary = binary
		bridge.start()
		s.bridges = append(s.bridges, bridge)
	}
	m.bridge = s.bridges[0]
	over := s.trade(askedFor(t, "PAYBRIDGE_STORM", stormOrders))
	newWeather(s.bridges).rage(t, m.merIDs(), over)
	m.rest()
	s.check()
}

// storm is what merchants do, and what they hear.
type storm struct {
	*movingWorld
	bridges []*process
	mu      sync.Mutex
	orders  []*stormOrder
	unheard atomic.Int64 // requests without an answer, or with 96
}

// stormOrder is an order and what its merchant knows of it.
type stormOrder struct {
	shop      string
	payment   merchant.Payment
	queryID   string // of every answer 00
	cancelled bool   // which its merchant was told, before anybody had paid
}

// trade has so many orders made by all merchants at once, and closes what it returns.
func (s *storm) trade(orders int) <-chan struct{} {
	var begun atomic.Int64
	var merchants sync.WaitGroup
	for shop := range s.shops {
		merchants.Go(func() {
			for n := begun.Add(1); n <= int64(orders); n = begun.Add(1) {
				random := rand.New(rand.NewPCG(uint64(n), 9))
				s.order(shop, random)
				pause(context.Background(), time.Duration(random.IntN(400))*time.Millisecond)
			}
		})
	}
	over := make(chan struct{})
	go func() { merchants.Wait(); close(over) }()
	return over
}

// order is one order from its payment to, perhaps, its cancellation.
func (s *storm) order(shop string, random *rand.Rand) {
	action := []string{"WxSao", "AliCode", "USao", "WxH5"}[random.IntN(4)]
	o := &stormOrder{shop: shop, payment: s.payment(shop, action, 1000*(1+random.Int64N(500)))}
	s.mu.Lock()
	s.orders = append(s.orders, o)
	s.mu.Unlock()
	s.untilHeard(o, func(c *merchant.Client) (*merchant.Reply, error) { return c.Pay(s.ctx(), o.payment) })
	switch {
	case o.queryID == "" || o.payment.Code != "": // was paid by the code
	case random.IntN(5) > 0:
		s.payer(o)
	case random.IntN(2) == 0:
		s.untilHeard(o, func(c *merchant.Client) (*merchant.Reply, error) { return c.Cancel(s.ctx(), lookup(o.payment.OrderID)) })
		o.cancelled = true
	}
}

// untilHeard sends a request to both bridges at once, again and again until one has
// answered with 00.
func (s *storm) untilHeard(o *stormOrder, send func(*merchant.Client) (*merchant.Reply, error)) {
	for range 600 {
		heard := false
		for _, reply := range s.toBoth(o.shop, send) {
			heard = s.hear(o, reply) || heard
		}
		if heard {
			return
		}
		pause(context.Background(), 100*time.Millisecond)
	}
	s.t.Errorf("order %s was never answered", o.payment.OrderID)
}

// toBoth sends a request to both bridges at once. No answer is no reply.
func (s *storm) toBoth(shop string, send func(*merchant.Client) (*merchant.Reply, error)) []*merchant.Reply {
	replies := make([]*merchant.Reply, len(s.bridges))
	var sent sync.WaitGroup
	for i, bridge := range s.bridges {
		sent.Go(func() { replies[i], _ = send(s.clientOf(shop, bridge)) })
	}
	sent.Wait()
	return replies
}

// hear takes a reply: all with 00 have one number. It reports whether it was one.
func (s *storm) hear(o *stormOrder, reply *merchant.Reply) bool {
	switch {
	case reply == nil || reply.RespCode == "96":
		s.unheard.Add(1)
		return false
	case reply.RespCode != "00":
		s.t.Errorf("order %s hears %s", o.payment.OrderID, reply.Inner)
		return false
	case o.queryID != "" && reply.QueryID != o.queryID:
		s.t.Errorf("O9: order %s is %s and then %s", o.payment.OrderID, o.queryID, reply.QueryID)
	}
	o.queryID = reply.QueryID
	return true
}

// payer pays at the gateway that has the order.
func (s *storm) payer(o *stormOrder) {
	if s.old.Pay(s.shops[o.shop].MerID, o.payment.OrderID) == nil {
		return
	}
	notice := sandbox.Notice{MerchantID: s.shops[o.shop].Gateway, OrderID: o.queryID[1:]}
	if err := s.gateway.Pay(sandbox.Payment{Notice: notice}); err != nil {
		s.t.Errorf("O9: order %s, known to its merchant as %s, can be paid nowhere: %v", o.payment.OrderID, o.queryID, err)
	}
}
