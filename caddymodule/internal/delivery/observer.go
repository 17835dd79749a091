package delivery

import (
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// Observer hears what happens, for metrics. Its methods are called from many
// goroutines and must not block.
type Observer interface {
	// AttemptFinished is called after every attempt to notify a merchant, and with UnknownMerchant
	// when there was none. took is the time of the call, lag how long after its
	// due time it started.
	AttemptFinished(merID string, class Class, took, lag time.Duration)
	// NotificationEnded is called when a notification has come to rest in a state:
	// it was acknowledged or withheld, or its schedule has ended.
	NotificationEnded(in ledger.NotificationState)
}

// observers passes what happens on to an Observer that may be missing.
type observers struct{ to Observer }

func (o observers) attemptFinished(merID string, class Class, took, lag time.Duration) {
	if o.to != nil {
		o.to.AttemptFinished(merID, class, took, lag)
	}
}

func (o observers) notificationEnded(in ledger.NotificationState) {
	if o.to != nil {
		o.to.NotificationEnded(in)
	}
}
