package metrics

import (
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/delivery"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// notifications is what happens between the bridge and merchants' addresses.
type notifications struct {
	attempts  counters
	lag       durations
	exhausted counters
	ended     counters
}

// lags are the buckets, in seconds, of how late notifications are: within a
// second when the bridge is idle, minutes when it cannot keep up, hours after it
// was down.
var lags = []float64{.005, .01, .05, .1, .25, .5, 1, 2.5, 5, 15, 60, 300, 1800, 7200}

func newNotifications() notifications {
	return notifications{
		attempts: newCounters("notification_attempts_total",
			"Notifications of merchants by what came of the call. blocked is an address that is not allowed.",
			label{"class", setOf(delivery.Classes()...)}),
		lag: newDurations("notification_lag_seconds",
			"How long after their due time calls of merchants were started.", lags),
		exhausted: newCounters("notifications_exhausted_total",
			"Notifications whose last call has failed. They wait for a person to send them again."),
		ended: newCounters("notifications_ended_total",
			"Notifications that came to rest, by the state they are in. already_credited is what the merchant says of the order instead of acknowledging.",
			label{"state", setOf(ledger.Delivered, ledger.AlreadyCredited, ledger.Exhausted, ledger.Withheld)}),
	}
}

// AttemptFinished implements delivery.Observer.
func (m *Metrics) AttemptFinished(merID string, class delivery.Class, _, lag time.Duration) {
	if m == nil {
		return
	}
	m.merchantCalled(merID, class)
	m.notifications.attempts.add(string(class))
	if class != delivery.UnknownMerchant && class != delivery.Withheld { // there was a call
		m.notifications.lag.observe(lag)
	}
}

// NotificationEnded implements delivery.Observer.
func (m *Metrics) NotificationEnded(in ledger.NotificationState) {
	if m == nil {
		return
	}
	m.notifications.ended.add(string(in))
	if in == ledger.Exhausted {
		m.notifications.exhausted.add()
	}
}
