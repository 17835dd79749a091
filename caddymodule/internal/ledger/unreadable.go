package ledger

import (
	"cmp"
	"errors"
	"regexp"
	"strings"

	"go.uber.org/zap"
)

// UnreadableError says which row cannot be read and why, without what stands in
// it. It wraps [ErrUnreadable].
type UnreadableError struct {
	Kind  RowKind // what it is a row of; "" for others
	Key           // of its order, as far as that is known
	ID    string  // names the row beside others of its order
	Cause string  // the column, and what is wrong with it
	known bool    // it is set aside already
}

// RowKind says what something is a row of.
type RowKind string

// The kinds of rows that are named when they cannot be read. Orders and
// notifications are set aside then, see [Ledger.SetAside].
const (
	OrderRow        RowKind = "order"
	NotificationRow RowKind = "notification"
	AttemptRow      RowKind = "attempt"
	ChangeRow       RowKind = "change"
	EventRow        RowKind = "event"
	PauseRow        RowKind = "pause"
	QuarantineRow   RowKind = "quarantined message"
	RouteRow        RowKind = "route"
	TrafficRow      RowKind = "old traffic"
	AnswersRow      RowKind = "answers"
)

// sampleRow is a row of a plot, where one more or less does not matter.
const sampleRow RowKind = "sample"

// RowKinds returns every kind of row that is named to people.
func RowKinds() []RowKind {
	return []RowKind{OrderRow, NotificationRow, AttemptRow, ChangeRow, EventRow, PauseRow, QuarantineRow, RouteRow, TrafficRow, AnswersRow}
}

// kindOf returns the kind of the row that item was read from.
func kindOf(item any) RowKind {
	switch item.(type) {
	case Order, Settlement:
		return OrderRow
	case Notification, dueDelivery:
		return NotificationRow
	case keyedAttempt:
		return AttemptRow
	case Change:
		return ChangeRow
	case Event:
		return EventRow
	case Pause:
		return PauseRow
	case Quarantined:
		return QuarantineRow
	case MerchantRoute:
		return RouteRow
	case OldTraffic:
		return TrafficRow
	case Answers:
		return AnswersRow
	case Sample:
		return sampleRow
	}
	return ""
}

// Error implements error.
func (u *UnreadableError) Error() string {
	return "row of " + u.Name() + " cannot be read: " + u.Cause
}

// Name names the row, as in "event 000A of order 17 of merchant 89900001".
func (u *UnreadableError) Name() string {
	var parts []string
	if u.Kind != OrderRow && u.Kind != "" {
		parts = append(parts, strings.TrimSpace(string(u.Kind)+" "+u.ID))
	}
	if u.OrderID != "" {
		parts = append(parts, "order "+u.OrderID)
	}
	if u.MerID != "" {
		parts = append(parts, "merchant "+u.MerID)
	}
	return cmp.Or(strings.Join(parts, " of "), "the ledger")
}

// Unwrap returns [ErrUnreadable].
func (u *UnreadableError) Unwrap() error { return ErrUnreadable }

// isUnreadable reports whether err says that a row cannot be read.
func isUnreadable(err error) bool { return errors.Is(err, ErrUnreadable) }

// damage says what is wrong with a column, without what stands in it.
type damage string

func (d damage) Error() string { return string(d) }

// scanFault finds the column in an error of [sql.Rows.Scan], which also tells what
// stands in it.
var scanFault = regexp.MustCompile(`^sql: Scan error on column index \d+, name "([\w.]+)": (converting NULL)?`)

// unreadableOf is what a scan function that failed with err has read so far.
func unreadableOf(item any, err error) UnreadableError {
	u := UnreadableError{Kind: kindOf(item), Cause: "a column is not of its type"}
	if keyed, ok := item.(interface{ key() Key }); ok {
		u.Key = keyed.key()
	}
	var own damage
	parts := scanFault.FindStringSubmatch(err.Error())
	switch {
	case errors.As(err, &own):
		u.Cause = string(own)
	case parts != nil && parts[2] != "":
		u.Cause = parts[1] + ": missing"
	case parts != nil:
		u.Cause = parts[1] + ": not of its type"
	}
	return u
}

func (k Key) key() Key { return k }

// fields name the row in a log line.
func (u *UnreadableError) fields() []zap.Field {
	fields := []zap.Field{
		zap.String("kind", string(u.Kind)), zap.String("merid", u.MerID), zap.String("orderid", u.OrderID), zap.String("cause", u.Cause),
	}
	if u.ID != "" {
		fields = append(fields, zap.String("id", u.ID))
	}
	return fields
}
