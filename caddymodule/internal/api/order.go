package api

import (
	"errors"
	"net/http"
	"slices"
	"strings"

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
	others := slices.Clone(found)
	found = slices.DeleteFunc(found, func(o ledger.Order) bool { return o.MerID != merID })
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) == 0 && len(others) == 1:
		return ledger.Order{}, Refuse(http.StatusNotFound,
			namesAnother.With(printable(merID), printable(number), printable(others[0].OrderID), printable(others[0].MerID)))
	case len(found) == 0 && len(others) > 1:
		return ledger.Order{}, Refuse(http.StatusNotFound, namesOthers.With(printable(merID), printable(number), merchantsOf(others)))
	case len(found) == 0:
		return ledger.Order{}, Refuse(http.StatusNotFound, namesNone.With(printable(merID), printable(number)))
	}
	return ledger.Order{}, Refuse(http.StatusConflict, namesSeveral.With(printable(number), len(found), printable(merID)))
}

// merchantsOf names the merchants of some orders, each once.
func merchantsOf(orders []ledger.Order) string {
	var names []string
	for _, o := range orders {
		if name := printable(o.MerID); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// timeline gathers everything that is known of an order.
func (v *visit) timeline(order ledger.Order) (Timeline, error) {
	told := story{order: order}
	var err error
	if told.events, err = v.Ledger.Events(v.ctx, order.Key); err != nil {
		return Timeline{}, err
	}
	if told.changes, err = v.Ledger.Changes(v.ctx, order.Key, maxLimit); err != nil {
		return Timeline{}, err
	}
	t := Timeline{Order: v.order(order)}
	n, err := v.Ledger.Notification(v.ctx, order.Key)
	switch {
	case errors.Is(err, ledger.ErrNotFound):
	case err != nil:
		return Timeline{}, err
	default:
		notification := notificationOf(n)
		t.Notification = &notification
		told.notification = &n
		if told.attempts, err = v.Ledger.Attempts(v.ctx, order.Key); err != nil {
			return Timeline{}, err
		}
	}
	t.Events = told.tell(v.Settings.NotifySchedule)
	if t.Order.State == translate.InDoubt && slices.ContainsFunc(told.events, func(e ledger.Event) bool { return e.Kind == ledger.UnpaidEvent }) {
		t.Order.Unpaid = true
		t.Order.Explained = t.Order.Explain(v.now, translate.Beijing)
	}
	return t, nil
}
