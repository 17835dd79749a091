package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/paybridge/paybridge/caddymodule/internal/shadow"
)

// compared is what the shadow finds of requests that the old gateway has answered.
type compared struct {
	exchanges   counters
	differences counters
	off         *prometheus.GaugeVec
}

func newCompared() compared {
	c := compared{
		exchanges: newCounters("shadow_exchanges_total",
			"Requests of merchants in the shadow, by what became of their comparison.",
			label{"result", setOf(shadow.Results()...)}),
		differences: newCounters("shadow_differences_total",
			"Differences that merchants would notice, by kind.",
			label{"kind", setOf(shadow.Differences()...)}),
		off: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Namespace: namespace, Name: "shadow_off",
			Help: "1 when the shadow has switched itself off for this reason, until the configuration is loaded again.",
		}, []string{"reason"}),
	}
	c.switchOn()
	return c
}

func (c compared) switchOn() {
	for _, reason := range shadow.Reasons() {
		c.off.WithLabelValues(string(reason)).Set(0)
	}
}

// ExchangeSeen counts what became of an exchange in the shadow.
func (m *Metrics) ExchangeSeen(result shadow.Result) {
	if m != nil {
		m.compared.exchanges.add(string(result))
	}
}

// DifferenceFound counts a difference that the shadow has found.
func (m *Metrics) DifferenceFound(kind shadow.Kind) {
	if m != nil {
		m.compared.differences.add(string(kind))
	}
}

// ShadowOn tells that the shadow of a new configuration compares.
func (m *Metrics) ShadowOn() {
	if m != nil {
		m.compared.switchOn()
	}
}

// ShadowOff tells that the shadow has switched itself off.
func (m *Metrics) ShadowOff(reason shadow.Reason) {
	if m != nil {
		m.compared.off.WithLabelValues(string(reason)).Set(1)
	}
}
