package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/paybridge/paybridge/caddymodule/internal/route"
	"github.com/paybridge/paybridge/caddymodule/internal/sides"
)

// sided is what is known of the sides of orders.
type sided struct {
	requests counters
	marks    counters
	waiting  prometheus.Gauge
	awaited  prometheus.Histogram
}

// unsided is the side of a request that could not be looked up.
const unsided = "none"

func newSided() sided {
	return sided{
		requests: newCounters("sided_requests_total",
			"Requests to the old interface, beside an old gateway, by the side that serves them, and why.",
			label{"side", set{string(route.Old), string(route.V2), unsided}}, label{"cause", setOf(sides.Causes()...)}),
		marks: newCounters("old_order_marks_total",
			"Orders of the old gateway that were to be written down, by what became of it.",
			label{"result", setOf(sides.MarkResults()...)}),
		awaited: prometheus.NewHistogram(histogram("old_order_mark_duration_seconds",
			"How long new payments of the old route have waited until their order was written down.", commitTimes)),
		waiting: prometheus.NewGauge(prometheus.GaugeOpts{
			Namespace: namespace, Name: "old_order_marks_waiting",
			Help: "Orders of the old gateway that are not written down yet, because the ledger is away.",
		}),
	}
}

// RequestSided counts a request by the side that serves it.
func (m *Metrics) RequestSided(side route.Side, cause sides.Cause) {
	if m == nil {
		return
	}
	if side == "" {
		side = unsided
	}
	m.sided.requests.add(string(side), string(cause))
}

// OrderMarked counts an order of the old gateway that was to be written down.
func (m *Metrics) OrderMarked(result sides.MarkResult) {
	if m != nil {
		m.sided.marks.add(string(result))
	}
}

// MarkAwaited counts how long a payment has waited for its mark.
func (m *Metrics) MarkAwaited(took time.Duration) {
	if m != nil {
		m.sided.awaited.Observe(took.Seconds())
	}
}

// MarksWaiting shows how many orders of the old gateway are not written down yet.
func (m *Metrics) MarksWaiting(count int) {
	if m != nil {
		m.sided.waiting.Set(float64(count))
	}
}

var _ sides.Observer = (*Metrics)(nil)
