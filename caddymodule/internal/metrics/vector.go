package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// counters are the counters of one name.
type counters struct {
	*prometheus.CounterVec
	labels []label
}

// newCounters makes counters that all exist from the start: a rate over a
// series that appears with its first event would miss that event.
func newCounters(name, help string, labels ...label) counters {
	opts := prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}
	c := counters{prometheus.NewCounterVec(opts, names(labels)), labels}
	for _, values := range combinations(labels) {
		c.WithLabelValues(values...)
	}
	return c
}

// add counts one event.
func (c counters) add(values ...string) { c.WithLabelValues(bounded(c.labels, values)...).Inc() }

// durations are the histograms of one name, in seconds.
type durations struct {
	*prometheus.HistogramVec
	labels []label
}

// newDurations makes histograms that all exist from the start.
func newDurations(name, help string, buckets []float64, labels ...label) durations {
	d := durations{prometheus.NewHistogramVec(histogram(name, help, buckets), names(labels)), labels}
	for _, values := range combinations(labels) {
		d.WithLabelValues(values...)
	}
	return d
}

// observe counts something that took so long.
func (d durations) observe(took time.Duration, values ...string) {
	d.WithLabelValues(bounded(d.labels, values)...).Observe(took.Seconds())
}

func histogram(name, help string, buckets []float64) prometheus.HistogramOpts {
	return prometheus.HistogramOpts{Namespace: namespace, Name: name, Help: help, Buckets: buckets}
}

// waits are the buckets, in seconds, of what somebody waits for: a gateway gets
// 10 s by default, a merchant's program gives up at 16 s.
var waits = []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 15}
