package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/paybridge/paybridge/caddymodule/internal/newest"
	"github.com/paybridge/paybridge/caddymodule/internal/shadow"
)

// compared is what the shadow finds of requests that the old gateway has answered.
type compared struct {
	exchanges   counters
	differences counters
	off         *shadowOff
}

// Shadow compares for a configuration.
type Shadow interface {
	// Off is why it has switched itself off, "" while it compares.
	Off() shadow.Reason
}

// shadowOff shows whether the shadow of the newest configuration has switched itself
// off. It is asked, not told: the newest may yet fail to start, and then it is that of the
// configuration before.
type shadowOff struct {
	is      *prometheus.Desc
	shadows newest.List[Shadow] // of the loaded configurations
}

func newCompared() compared {
	return compared{
		exchanges: newCounters("shadow_exchanges_total",
			"Requests of merchants in the shadow, by what became of their comparison.",
			label{"result", setOf(shadow.Results()...)}),
		differences: newCounters("shadow_differences_total",
			"Differences that merchants would notice, by kind.",
			label{"kind", setOf(shadow.Differences()...)}),
		off: &shadowOff{is: prometheus.NewDesc(prometheus.BuildFQName(namespace, "", "shadow_off"),
			"1 when the shadow has switched itself off for this reason, until the configuration is loaded again.", []string{"reason"}, nil)},
	}
}

// Describe implements prometheus.Collector.
func (s *shadowOff) Describe(out chan<- *prometheus.Desc) { out <- s.is }

// Collect implements prometheus.Collector.
func (s *shadowOff) Collect(out chan<- prometheus.Metric) {
	var off shadow.Reason
	if latest, ok := s.shadows.Get(); ok {
		off = latest.Off()
	}
	for _, reason := range shadow.Reasons() {
		value := 0.
		if reason == off {
			value = 1
		}
		out <- prometheus.MustNewConstMetric(s.is, prometheus.GaugeValue, value, string(reason))
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

// AttachShadow shows how the shadow of a configuration stands; DetachShadow undoes it.
func (m *Metrics) AttachShadow(s Shadow) {
	if m != nil {
		m.compared.off.shadows.Add(s)
	}
}

// DetachShadow ends what AttachShadow has begun.
func (m *Metrics) DetachShadow(s Shadow) {
	if m != nil {
		m.compared.off.shadows.Remove(s)
	}
}
