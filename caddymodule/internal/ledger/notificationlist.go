package ledger

import (
	"context"
	"time"
)

// NotificationFilter says which notifications to list. The zero filter lists
// all; each member that is set leaves out what does not match it.
type NotificationFilter struct {
	MerID     string
	States    []NotificationState
	OverdueAt time.Time // only what waits, was due before this time and is in no sender's hands
	Open      bool      // only what waits for a person: exhausted ones that nobody has dealt with
	From, To  time.Time // only what was created, which is when its order was paid, from From to before To
	After     Cursor    // only what comes behind this one
	Limit     int       // at most 1000; 0 is 100
}

// Notifications lists the notifications that a filter lets through, the newest
// first. For the next page, give [List.Next] as NotificationFilter.After.
func (l *Ledger) Notifications(ctx context.Context, f NotificationFilter) (List[Notification], error) {
	text, args := f.query()
	list, err := listed(ctx, l, scanNotification, limitOf(f.Limit), text, args...)
	return list, wrap(err, "listing notifications")
}

func (f NotificationFilter) query() (string, []any) {
	l := newListing("notifications", windowOf(f.From, f.To, f.After, f.Limit))
	states := distinct(f.States)
	switch {
	case f.Open:
		states = []NotificationState{Exhausted}
	case f.MerID != "" && len(states) == 0 && f.OverdueAt.IsZero():
		l.branch(`l.mer_id = ` + l.arg(f.MerID))
	case len(states) == 0:
		states = NotificationStates()
		if f.OverdueAt.IsZero() {
			l.strays(NotificationRow, texts(states))
		}
	}
	for _, state := range states {
		f.branch(l, state)
	}
	if len(l.branches) == 0 {
		l.branch(`1 = 0`)
	}
	return l.query(notificationColumns, `JOIN notifications n ON n.order_id = page.order_id AND n.mer_id = page.mer_id
		LEFT JOIN orders o ON o.order_id = n.order_id AND o.mer_id = n.mer_id`), l.args
}

// branch adds the notifications in one state. Those that wait are few, and found
// by their merchant; of the others only those that ended well are many.
func (f NotificationFilter) branch(l *listing, state NotificationState) {
	var conditions []string
	switch {
	case state == Waiting:
		conditions = append(conditions, `l.state = 'waiting' AND l.mer_id >= ''`)
		if !f.OverdueAt.IsZero() {
			conditions = append(conditions, `l.ready < `+l.arg(toMillis(f.OverdueAt)))
		}
	case !f.OverdueAt.IsZero():
		return // what does not wait is never overdue
	case (state == Delivered || state == AlreadyCredited) && f.MerID != "":
		l.branch(`l.mer_id = `+l.arg(f.MerID), `{unindexed}l.state = `+l.arg(string(state)))
		return
	default:
		conditions = append(conditions, `l.state <> 'waiting' AND l.state = `+l.arg(string(state)))
	}
	if f.MerID != "" {
		conditions = append(conditions, `{unindexed}l.mer_id = `+l.arg(f.MerID))
	}
	if f.Open {
		conditions = append(conditions, `{unindexed}`+notDealtWith(l, NotificationMatter))
	}
	l.branch(conditions...)
}
