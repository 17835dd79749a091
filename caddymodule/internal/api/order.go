package api

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/bridge"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// OrderQuery names one order.
type OrderQuery struct {
	MerID  string `json:"merid" need:"true" doc:"The merchant's v1 number."`
	Number string `json:"number" need:"true" doc:"Any number of the order: the merchant's own, that of v1 or of v2, that of the refund, or the PayId."`
}

// Timeline is an order with everything that happened to it.
type Timeline struct {
	Order        Order         `json:"order" doc:"The order as it stands."`
	Notification *Notification `json:"notification,omitempty" doc:"The notification of its payment, once there is one."`
	Events       []Event       `json:"events" doc:"What happened, oldest first."`
	Missing
}

func showOrder(v *visit, q OrderQuery) (Timeline, error) {
	order, err := v.find(q.MerID, q.Number)
	if err != nil {
		return Timeline{}, err
	}
	return v.timeline(order)
}

// find finds an order of a merchant by any of its numbers. The merchant's own
// goes before the others.
func (v *visit) find(merID, number string) (ledger.Order, error) {
	order, err := v.Ledger.Order(v.ctx, ledger.Key{MerID: merID, OrderID: number})
	if !errors.Is(err, ledger.ErrNotFound) {
		return order, err
	}
	found, err := v.Ledger.FindOrders(v.ctx, number, maxFound)
	if err != nil {
		return ledger.Order{}, err
	}
	mine := slices.DeleteFunc(slices.Clone(found.Items), func(o ledger.Order) bool { return o.MerID != merID })
	damaged := slices.DeleteFunc(slices.Clone(found.Unreadable), func(u ledger.UnreadableError) bool { return u.MerID != merID })
	switch {
	case len(mine)+len(damaged) > 1:
		return ledger.Order{}, Refuse(http.StatusConflict, namesSeveral.With(printable(number), len(mine)+len(damaged), printable(merID)))
	case len(mine) == 1:
		return mine[0], nil
	case len(damaged) == 1:
		return ledger.Order{}, &damaged[0]
	}
	if err := v.refuseOld(ledger.Key{MerID: merID, OrderID: number}); err != nil {
		return ledger.Order{}, err
	}
	old, err := v.Ledger.FindOldOrders(v.ctx, number, maxFound)
	if err != nil {
		return ledger.Order{}, err
	}
	return ledger.Order{}, Refuse(http.StatusNotFound, otherOwners(merID, number, found, old))
}

// keyOf is the key of a merchant's order by any of its numbers, also of one whose row
// cannot be read; that of the merchant where there is no number.
func (v *visit) keyOf(merID, number string) (ledger.Key, error) {
	if number == "" {
		return ledger.Key{MerID: merID}, nil
	}
	order, err := v.find(merID, number)
	if damaged, is := errors.AsType[*ledger.UnreadableError](err); is {
		return damaged.Key, nil
	}
	return order.Key, err
}

// otherOwners says that a merchant has no order with a number, and which others have one.
func otherOwners(merID, number string, found ledger.List[ledger.Order], old []ledger.OldOrder) bilingual.Said {
	var others []ledger.Key
	for _, o := range found.Items {
		others = append(others, o.Key)
	}
	for _, u := range found.Unreadable {
		others = append(others, u.Key)
	}
	onV2 := len(others)
	for _, o := range old {
		others = append(others, o.Key)
	}
	switch {
	case len(others) == 0:
		return namesNone.With(printable(merID), printable(number))
	case len(others) == 1 && onV2 == 0:
		return namesAnotherOld.With(printable(merID), printable(number), printable(others[0].MerID))
	case len(others) == 1:
		return namesAnother.With(printable(merID), printable(number), printable(others[0].OrderID), printable(others[0].MerID))
	}
	return namesOthers.With(printable(merID), printable(number), merchantsOf(others))
}

// refuseOld says that an order is one of the old gateway, and since when; nil where none
// is on record.
func (v *visit) refuseOld(k ledger.Key) error {
	o, err := v.Ledger.OldOrder(v.ctx, k)
	switch {
	case errors.Is(err, ledger.ErrNotFound):
		return nil
	case err != nil:
		return err
	}
	return Refuse(http.StatusNotFound, ofOldGateway.With(printable(o.OrderID), printable(o.MerID), inBeijing(o.At)))
}

// inBeijing writes a time in either language, with its zone.
func inBeijing(at time.Time) bilingual.Said {
	if at.IsZero() {
		return unknownTime.With()
	}
	return beijingTime.With(at.In(translate.Beijing).Format(time.DateTime))
}

// merchantsOf names the merchants of some orders, each once.
func merchantsOf(orders []ledger.Key) string {
	var names []string
	for _, k := range orders {
		if name := printable(k.MerID); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// timeline gathers everything that is known of an order. What cannot be read of it
// is named.
func (v *visit) timeline(order ledger.Order) (Timeline, error) {
	events, err := v.Ledger.Events(v.ctx, order.Key)
	if err != nil {
		return Timeline{}, err
	}
	changes, err := v.Ledger.Changes(v.ctx, ledger.ChangeFilter{Key: order.Key, Limit: maxLimit})
	if err != nil {
		return Timeline{}, err
	}
	attempts, err := v.Ledger.Attempts(v.ctx, order.Key)
	if err != nil {
		return Timeline{}, err
	}
	notification, damaged, err := v.notification(order.Key)
	if err != nil {
		return Timeline{}, err
	}
	told := story{order: order, events: events.Items, changes: changes.Items, notification: notification, attempts: attempts.Items}
	t := Timeline{
		Order: v.order(order), Events: told.tell(v.lang, v.Settings.NotifySchedule),
		Missing: v.missingOf(damaged, events.Unreadable, changes.Unreadable, attempts.Unreadable),
	}
	if notification != nil {
		shown := notificationOf(*notification)
		t.Notification = &shown
	}
	return t, v.explainByStory(&t.Order, told, events)
}

// explainByStory says of an order's state what its columns alone do not tell.
func (v *visit) explainByStory(o *Order, told story, events ledger.List[ledger.Event]) error {
	switch o.State {
	case translate.InDoubt:
		o.Unpaid = slices.ContainsFunc(told.events, func(e ledger.Event) bool { return e.Kind == ledger.UnpaidEvent })
	case translate.Refunding:
		o.Unsent = bridge.RefundNeverLeft(events, v.Settings.TranCodes)
	case translate.RefundFailed:
		dealt, err := v.Ledger.DealtWith(v.ctx, told.order.Key)
		if err != nil {
			return err
		}
		o.Dealt = slices.ContainsFunc(dealt, func(d ledger.Dealt) bool { return d.Matter == ledger.RefundMatter })
	}
	o.Explained = o.Explain(v.now, translate.Beijing)
	return nil
}

// notification returns the notification of an order, nil when there is none or when
// it cannot be read.
func (v *visit) notification(k ledger.Key) (*ledger.Notification, []ledger.UnreadableError, error) {
	n, err := v.Ledger.Notification(v.ctx, k)
	var damaged *ledger.UnreadableError
	switch {
	case errors.Is(err, ledger.ErrNotFound):
		return nil, nil, nil
	case errors.As(err, &damaged):
		return nil, []ledger.UnreadableError{*damaged}, nil
	case err != nil:
		return nil, nil, err
	}
	return &n, nil, nil
}
