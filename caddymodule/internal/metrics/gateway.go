package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/paybridge/paybridge/caddymodule/internal/bridge"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// gateway is what happens between the bridge and the v2 gateway.
type gateway struct {
	calls   counters
	took    durations
	refused counters
	skew    prometheus.Gauge
	set     prometheus.Gauge
}

// reasons are why a message of the gateway could not be opened.
var reasons = set{v2.ReasonShape.String(), v2.ReasonKey.String(), v2.ReasonPadding.String(), v2.ReasonSignature.String(), v2.ReasonUnavailable.String()}

func newGateway() gateway {
	kind := label{"tran_code", setOf(bridge.CallKinds()...)}
	return gateway{
		calls: newCounters("gateway_calls_total",
			"Calls to the gateway by what they were for and what came of them: what the answer's respCode means, or why there was no answer to believe.",
			kind, label{"class", setOf(bridge.CallClasses()...)}),
		took: newDurations("gateway_call_duration_seconds",
			"How long calls to the gateway took, failed ones included.", waits, kind),
		refused: newCounters("crypto_failures_total",
			"Messages of the gateway that could not be opened, by the first thing that was wrong with them.",
			label{"reason", reasons}),
		skew: prometheus.NewGauge(prometheus.GaugeOpts{
			Namespace: namespace, Name: "clock_skew_seconds",
			Help: "How far the gateway's clock is ahead of this machine's, by its last few signed answers, to about a second. 0 before the first.",
		}),
		set: prometheus.NewGauge(prometheus.GaugeOpts{
			Namespace: namespace, Name: "clock_set_seconds",
			Help: "How far this machine's clock has been set ahead since the bridge was started. What waits keeps its time; a restart takes the new time over.",
		}),
	}
}

// CallFinished implements bridge.Observer.
func (m *Metrics) CallFinished(kind bridge.CallKind, class bridge.CallClass, took time.Duration) {
	if m == nil {
		return
	}
	m.gateway.calls.add(string(kind), string(class))
	m.gateway.took.observe(took, string(kind))
}

// MessageRefused counts a message of the gateway that could not be opened.
func (m *Metrics) MessageRefused(why v2.Reason) {
	if m == nil {
		return
	}
	m.gateway.refused.add(why.String())
}

// ClockCompared implements bridge.Observer.
func (m *Metrics) ClockCompared(ahead time.Duration) {
	if m == nil {
		return
	}
	m.gateway.skew.Set(ahead.Seconds())
}

var _ bridge.Observer = (*Metrics)(nil)

// ClockSet implements bridge.Observer.
func (m *Metrics) ClockSet(ahead time.Duration) {
	if m == nil {
		return
	}
	m.gateway.set.Set(ahead.Seconds())
}
