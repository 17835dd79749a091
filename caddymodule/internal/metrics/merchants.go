package metrics

import (
	"slices"
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/paybridge/paybridge/caddymodule/internal/delivery"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// merchantBudget is how many merchants have time series of their own; those that come
// later are counted together as "other". Only merchants that are configured get this
// far, so nobody outside can use it up.
const merchantBudget = 500

// merchants is how the merchants fare, each by itself.
type merchants struct {
	orders   merchantCounters
	attempts merchantCounters
}

func newMerchants() merchants {
	return merchants{
		orders: newMerchantCounters("merchant_orders_total",
			"Orders of each merchant that were begun, and that were paid. Tried ones do not count.", set{"begun", "paid"}),
		attempts: newMerchantCounters("merchant_notification_attempts_total",
			"Notifications of each merchant that its program acknowledged, and that failed.", set{"acknowledged", "failed"}),
	}
}

// merchantCounters are counters with a merchant and a result as labels.
type merchantCounters struct {
	*prometheus.CounterVec
	results set

	mu    *sync.Mutex
	known map[string]bool
}

func newMerchantCounters(name, help string, results set) merchantCounters {
	opts := prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}
	c := merchantCounters{prometheus.NewCounterVec(opts, []string{"merid", "result"}), results, new(sync.Mutex), make(map[string]bool)}
	c.make(other)
	return c
}

// make has all series of a merchant begin together, at zero: a share of one that has
// not begun is not known.
func (c merchantCounters) make(merID string) {
	for _, result := range c.results {
		c.WithLabelValues(merID, result)
	}
}

// add counts one event of a merchant.
func (c merchantCounters) add(merID, result string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.known[merID]:
	case len(c.known) < merchantBudget:
		c.known[merID] = true
		c.make(merID)
	default:
		merID = other
	}
	c.WithLabelValues(merID, c.results.of(result)).Inc()
}

// OrderBegun implements bridge.Observer.
func (m *Metrics) OrderBegun(order ledger.Key) { m.merchantOrder(order, "begun") }

// OrderPaid implements bridge.Observer.
func (m *Metrics) OrderPaid(order ledger.Key) { m.merchantOrder(order, "paid") }

func (m *Metrics) merchantOrder(order ledger.Key, result string) {
	if m == nil || translate.IsTry(order.OrderID) {
		return
	}
	m.merchants.orders.add(order.MerID, result)
}

var (
	// acknowledged are the classes by which a merchant's program has credited the order.
	acknowledged = []delivery.Class{delivery.OK, delivery.AlreadyCredited}
	// notTheirs are the classes that say nothing of the merchant's program.
	notTheirs = []delivery.Class{delivery.Interrupted, delivery.Internal, delivery.Withheld, delivery.UnknownMerchant}
)

// merchantCalled counts a call of a merchant's program.
func (m *Metrics) merchantCalled(merID string, class delivery.Class) {
	switch {
	case slices.Contains(notTheirs, class):
	case slices.Contains(acknowledged, class):
		m.merchants.attempts.add(merID, "acknowledged")
	default:
		m.merchants.attempts.add(merID, "failed")
	}
}
