package bridge

import (
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/delivery"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// DefaultQuerySchedule is when an order without a result is queried: so long after
// the step before. The last interval repeats until the order is final.
func DefaultQuerySchedule() delivery.Schedule {
	return delivery.Schedule{5 * time.Second, 15 * time.Second, time.Minute, 5 * time.Minute, 30 * time.Minute, time.Hour}
}

// shownTries is where the schedule starts for an order with a code that is shown: the
// payer needs a moment, and the gateway's notice usually comes first.
const shownTries = 2

// nextStep says when an order that is in state now, after so many tries, needs
// its next step. Zero means never: the order is final.
// A failed one is asked about once more when it can surely not be paid any longer.
func (s *Settings) nextStep(order ledger.Order, state translate.State, tries int, now time.Time) time.Time {
	switch {
	case state == translate.Failed:
		return lastQueryAt(order, now)
	case state.Final():
		return time.Time{}
	}
	if state == translate.Begun {
		return order.ExpiresAt
	}
	after := tries
	if payerShown(order, state) {
		after += shownTries
	}
	next := s.nextQuery(after, now)
	// An order that nobody pays is closed in time, not an interval later.
	if end := order.PayableUntil(); now.Before(end) && end.Before(next) {
		return end.Add(time.Second)
	}
	return next
}

// nextQuery is when the step after so many others is due.
func (s *Settings) nextQuery(n int, now time.Time) time.Time {
	return now.Add(s.QuerySchedule[min(n, len(s.QuerySchedule)-1)])
}

// How long work on an order may take and how long a claim on it lasts.
const (
	// recording is how long the ledger may take in the course of a step.
	recording = 3 * time.Second
	// skew is how far the clocks of bridges on one ledger may be apart.
	skew = 5 * time.Second
	// shortestLease is how long every claim lasts, by whatever configuration.
	shortestLease = recording + skew
)

// stepTime bounds a step: at most two calls, and what they bring is recorded.
func stepTime(s *Settings) time.Duration { return 2*s.Timeouts.Gateway + recording }

// lease is how long a claimed order is ours. It outlives the step; when this
// bridge dies, another takes over after 28 s with the default timeouts.
func lease(s *Settings) time.Duration { return stepTime(s) + skew }

// cancelTime bounds a cancel: a query and what a step may do.
func cancelTime(s *Settings) time.Duration { return 3*s.Timeouts.Gateway + 2*recording }
