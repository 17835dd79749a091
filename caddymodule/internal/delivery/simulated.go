//go:build simulation

package delivery

import (
	"context"
	"net/http"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// Simulation is what a simulation puts in place of the world.
type Simulation struct {
	Network http.RoundTripper // of merchants
	Random  func() float64
	// Apart waits a moment that is an order's own: what is done about several orders at
	// one instant would be done in the order in which goroutines happen to run.
	Apart func(ledger.Key)
}

// Simulate has the dispatcher live in a simulation. It is called before Start.
func (d *Dispatcher) Simulate(s Simulation) {
	d.sender.roundTripper = func(policy) http.RoundTripper { return s.Network }
	d.random = s.Random
	d.ledger = oneByOne{d.ledger, s.Apart}
}

// oneByOne is a ledger of which nothing is asked at the same instant about two orders
// that were claimed together.
type oneByOne struct {
	Ledger
	apart func(ledger.Key)
}

// Order implements Ledger.
func (l oneByOne) Order(ctx context.Context, k ledger.Key) (ledger.Order, error) {
	l.apart(k)
	return l.Ledger.Order(ctx, k)
}

// Release implements Ledger.
func (l oneByOne) Release(ctx context.Context, n ledger.Notification) error {
	l.apart(n.Key)
	return l.Ledger.Release(ctx, n)
}
