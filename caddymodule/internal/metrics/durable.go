package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// durable are the gauges of what stands in the ledger, read when somebody asks.
type durable struct {
	reader *reader
	now    func() time.Time

	up            *prometheus.Desc
	orders        *prometheus.Desc
	oldest        *prometheus.Desc
	overdue       *prometheus.Desc
	notifications *prometheus.Desc
	latest        *prometheus.Desc
	matters       *prometheus.Desc
	paused        *prometheus.Desc
	pause         *prometheus.Desc
	aside         *prometheus.Desc
}

// openStates are the states from which an order moves on by itself.
var openStates = translate.StatesWhere(func(r translate.StateRow) bool { return !r.Final })

func newDurable(now func() time.Time, log func() *zap.Logger) *durable {
	return &durable{
		reader: newReader(now, log),
		now:    now,
		up: desc("ledger_up",
			"1 when the ledger could be read for this scrape, else 0 and the gauges of what it holds are missing."),
		orders: desc("orders", "Orders that are not final, by state.", "state"),
		oldest: desc("oldest_order_age_seconds",
			"How long ago the oldest order in a state was begun, 0 when there is none. "+
				"Orders in doubt that the gateway calls unpaid do not count. For refunding, how long ago the oldest refund was begun.", "state"),
		overdue: desc("orders_overdue", "Orders whose next step should have been taken already."),
		notifications: desc("notifications",
			"Notifications that are owed, by state. overdue ones are among those waiting.", "state"),
		latest: desc("oldest_notification_overdue_seconds",
			"How long the notification that waits longest has been due, 0 when none is."),
		matters: desc("open_matters",
			"What waits for a person to deal with it: refunds that failed, exhausted notifications, messages in quarantine.", "kind"),
		paused: desc("paused_merchants", "Merchants that an operator has paused: they are not notified until they are resumed."),
		pause:  desc("oldest_pause_seconds", "How long the one of them that was paused first has been paused, 0 when none is."),
		aside:  desc("rows_set_aside", "Orders and notifications whose rows in the ledger cannot be read. Nothing is done for them."),
	}
}

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(prometheus.BuildFQName(namespace, "", name), help, labels, nil)
}

// Describe implements prometheus.Collector.
func (d *durable) Describe(out chan<- *prometheus.Desc) {
	for _, described := range []*prometheus.Desc{d.up, d.orders, d.oldest, d.overdue, d.notifications, d.latest, d.matters, d.paused, d.pause, d.aside} {
		out <- described
	}
}

// Collect implements prometheus.Collector.
func (d *durable) Collect(out chan<- prometheus.Metric) {
	gauge := func(of *prometheus.Desc, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(of, prometheus.GaugeValue, value, labels...)
	}
	g, err := d.reader.read()
	if err != nil {
		gauge(d.up, 0)
		return
	}
	gauge(d.up, 1)
	now := d.now()
	for _, state := range openStates {
		gauge(d.orders, float64(g.Orders[state].Count), string(state))
		gauge(d.oldest, age(g.Orders[state].Oldest, now), string(state))
	}
	gauge(d.overdue, float64(g.OverdueOrders))
	for _, n := range owed(g) {
		gauge(d.notifications, float64(n.count), n.state)
	}
	gauge(d.latest, age(g.OldestDue, now))
	gauge(d.matters, float64(g.Open.FailedRefunds), "refund")
	gauge(d.matters, float64(g.Open.ExhaustedNotifications), "notification")
	gauge(d.matters, float64(g.Open.QuarantinedMessages), "quarantine")
	gauge(d.paused, float64(g.PausedMerchants))
	gauge(d.pause, age(g.OldestPause, now))
	gauge(d.aside, float64(g.SetAside))
}

// owed is how many notifications there are in each state.
func owed(g ledger.Gauges) []struct {
	state string
	count int
} {
	return []struct {
		state string
		count int
	}{
		{"waiting", g.Waiting},
		{"overdue", g.OverdueNotifications},
		{"exhausted", g.Exhausted},
		{"paused", g.Paused},
		{"withheld", g.Withheld},
	}
}

// age is how long ago something was, in seconds; 0 for never and for the future.
func age(at, now time.Time) float64 {
	if at.IsZero() {
		return 0
	}
	return max(0, now.Sub(at).Seconds())
}
