package metrics

import (
	"errors"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/crash"
)

// namespace begins the name of every metric.
const namespace = "paybridge"

// Metrics is everything that is counted. Its methods may be called from many
// goroutines, and on a nil Metrics, which counts nothing.
type Metrics struct {
	log           func() *zap.Logger
	requests      requests
	gateway       gateway
	passed        passed
	compared      compared
	sided         sided
	guarded       guarded
	orders        orders
	notifications notifications
	merchants     merchants
	commits       commits
	rsa           []prometheus.Collector
	build         prometheus.Collector
	durable       *durable
}

// New makes the metrics of a process, with everything at zero. now is the
// clock, log where panics are told: whoever asks for metrics does so on goroutines of the
// registry's.
func New(now func() time.Time, log func() *zap.Logger) *Metrics {
	return &Metrics{
		log:           log,
		requests:      newRequests(),
		gateway:       newGateway(),
		passed:        newPassed(),
		compared:      newCompared(),
		sided:         newSided(),
		guarded:       newGuarded(),
		orders:        newOrders(),
		notifications: newNotifications(),
		merchants:     newMerchants(),
		commits:       newCommits(),
		rsa:           rsaCounters(),
		build:         newBuild(),
		durable:       newDurable(now, log),
	}
}

// Register adds the metrics to the registry of a configuration. Doing so again
// changes nothing.
func (m *Metrics) Register(registry prometheus.Registerer) error {
	if m == nil {
		return nil
	}
	err := registry.Register(m)
	if already := (prometheus.AlreadyRegisteredError{}); err == nil || errors.As(err, &already) {
		return nil
	}
	return fmt.Errorf("registering metrics: %w", err)
}

// parts lists what the metrics are made of.
func (m *Metrics) parts() []prometheus.Collector {
	return append([]prometheus.Collector{
		m.requests.served, m.requests.refused, m.requests.took, m.requests.pages, m.requests.notices, m.requests.away,
		m.gateway.calls, m.gateway.took, m.gateway.refused, m.gateway.skew, m.gateway.set,
		m.passed.requests, m.passed.took,
		m.compared.exchanges, m.compared.differences, m.compared.off,
		m.sided.requests, m.sided.marks, m.sided.waiting, m.sided.awaited,
		m.guarded.payments, m.guarded.turnedBack,
		m.orders.moves, m.orders.news, m.orders.quarantined,
		m.notifications.attempts, m.notifications.lag, m.notifications.exhausted, m.notifications.ended,
		m.merchants.orders, m.merchants.attempts,
		m.commits.done, m.commits.sizes, m.commits.took,
		m.build, m.durable,
	}, m.rsa...)
}

// Describe implements prometheus.Collector.
func (m *Metrics) Describe(out chan<- *prometheus.Desc) {
	for _, part := range m.parts() {
		part.Describe(out)
	}
}

// Collect implements prometheus.Collector.
func (m *Metrics) Collect(out chan<- prometheus.Metric) {
	for _, part := range m.parts() { // on a goroutine of the registry's
		crash.Guard(m.log(), "collecting metrics", func() { part.Collect(out) })
	}
}

var _ prometheus.Collector = (*Metrics)(nil)
