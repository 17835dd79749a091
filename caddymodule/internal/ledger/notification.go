package ledger

import "time"

// NotificationState says what is to become of a notification.
type NotificationState string

// The states of a notification. The texts are stored and shown to operators.
const (
	Waiting   NotificationState = "waiting"   // to be sent when due
	Delivered NotificationState = "delivered" // the merchant acknowledged it
	Exhausted NotificationState = "exhausted" // the schedule has ended; it can be sent again by hand
	Paused    NotificationState = "paused"    // parked when it came up, until its merchant is resumed
	Withheld  NotificationState = "withheld"  // its merchant knows the order as over; telling of the payment now would credit it

	// AlreadyCredited: the schedule has ended, and what the merchant answered last
	// was that it has credited the order already.
	AlreadyCredited NotificationState = "already_credited"
)

// NotificationStates returns every state of a notification.
func NotificationStates() []NotificationState {
	return []NotificationState{Waiting, Delivered, AlreadyCredited, Exhausted, Paused, Withheld}
}

// Notification is the duty to tell a merchant of one paid order.
type Notification struct {
	Key
	URL       string // the order's BackURL
	Host      string // host and port of URL, lower case; what fairness goes by
	State     NotificationState
	Attempts  int
	CreatedAt time.Time
	Due       time.Time // when the next attempt is due by the schedule; claims do not change it
	Claim     int64
}

// Attempt is one call of a merchant's notification address.
type Attempt struct {
	N        int // from 1; given by [Ledger.Finish]
	At       time.Time
	Duration time.Duration // to the millisecond
	Status   int           // HTTP status, 0 when there was none
	Class    string        // what came of it, as metrics name it
	Cause    string        // why there was no answer to judge, at most 200 printable characters, nothing that others wrote
	Excerpt  string        // first bytes of the answer, at most 200 printable characters
}

// Delivery is a claimed notification with the order it tells of.
type Delivery struct {
	Notification
	Order Order
}
