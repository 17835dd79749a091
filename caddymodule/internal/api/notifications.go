package api

import (
	"errors"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// NotificationsQuery says which notifications are wanted.
type NotificationsQuery struct {
	MerID   string                     `json:"merid" doc:"To this merchant only."`
	State   []ledger.NotificationState `json:"state" doc:"In one of these states only."`
	Overdue bool                       `json:"overdue" doc:"Only those that wait and should have been sent by now."`
	Open    bool                       `json:"open" doc:"Only those that are exhausted and that nobody has dealt with."`
	Window
	Page
}

// NotificationList is a part of the list of notifications, newest first.
type NotificationList struct {
	Items []Notification `json:"items" doc:"The notifications, newest first."`
	Next  string         `json:"next,omitempty" doc:"Give it as after for those that follow; absent when there are none."`
	Missing
}

func listNotifications(v *visit, q NotificationsQuery) (NotificationList, error) {
	after, limit, err := q.cursor()
	if err := errors.Join(err, q.check()); err != nil {
		return NotificationList{}, err
	}
	filter := ledger.NotificationFilter{
		MerID: q.MerID, States: q.State, Open: q.Open, From: q.From, To: q.To, After: after, Limit: limit,
	}
	if q.Overdue {
		filter.OverdueAt = v.now
	}
	list, err := v.Ledger.Notifications(v.ctx, filter)
	if err != nil {
		return NotificationList{}, err
	}
	last, err := v.lastAttempts(list.Items)
	if err != nil {
		return NotificationList{}, err
	}
	attempted := func(n ledger.Notification) Notification {
		item, a := notificationOf(n), last[n.Key]
		item.Class, item.Cause, item.Status = a.Class, causeText(v.lang, a.Cause), a.Status
		return item
	}
	return NotificationList{
		Items: shown(list.Items, attempted), Next: list.Next.String(), Missing: v.missingOf(list.Unreadable),
	}, nil
}
