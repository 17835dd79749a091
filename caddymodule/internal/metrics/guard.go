package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/paybridge/paybridge/caddymodule/internal/guard"
	"github.com/paybridge/paybridge/caddymodule/internal/route"
)

// guarded is what the guard compares and does.
type guarded struct {
	payments   counters
	turnedBack prometheus.Counter
}

// What has become of a payment that was compared.
const (
	comparedTaken   = "taken"
	comparedRefused = "refused"
)

func newGuarded() guarded {
	return guarded{
		payments: newCounters("guard_payments_total",
			"New payments that the guard compares, by the side that has answered them, and what it said.",
			label{"side", setOf(route.Old, route.V2)}, label{"result", set{comparedTaken, comparedRefused}}),
		turnedBack: prometheus.NewCounter(prometheus.CounterOpts{
			Namespace: namespace, Name: "guard_turned_back_total",
			Help: "Merchants that the guard has turned back to the old gateway, because v2 refused too many of their payments.",
		}),
	}
}

// PaymentCompared counts a new payment that the guard compares.
func (m *Metrics) PaymentCompared(side route.Side, refused bool) {
	if m == nil {
		return
	}
	result := comparedTaken
	if refused {
		result = comparedRefused
	}
	m.guarded.payments.add(string(side), result)
}

// MerchantTurnedBack counts a merchant that the guard has turned back.
func (m *Metrics) MerchantTurnedBack() {
	if m != nil {
		m.guarded.turnedBack.Inc()
	}
}

var _ guard.Observer = (*Metrics)(nil)
