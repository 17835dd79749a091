package api

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/bridge"
	"github.com/paybridge/paybridge/caddymodule/internal/delivery"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// recentItems is how many of a merchant's newest orders and notifications are looked
// at for how long things take.
const recentItems = 200

// MerchantQuery names a merchant.
type MerchantQuery struct {
	MerID string `json:"merid" need:"true" doc:"The merchant's v1 number."`
}

// MerchantView is how a merchant is doing.
type MerchantView struct {
	Merchant
	Route         *Route         `json:"route,omitempty" doc:"Where its new orders go; absent when there is no old gateway."`
	SeenSince     time.Time      `json:"seen_since,omitzero" doc:"When the first of its orders was that is on record, on either side; absent when there is none."`
	Orders        SideOrders     `json:"orders" doc:"Its orders of the last 24 hours on v2."`
	OldOrders     OldOrders      `json:"old_orders" doc:"Its orders of the last 24 hours on the old gateway."`
	GatewayTook   Durations      `json:"gateway_took" doc:"How long the first calls of the gateway took, of its newest 200 orders."`
	Notifications map[string]int `json:"notifications" doc:"Its newest 200 notifications by state."`
	Acknowledged  Durations      `json:"acknowledged" doc:"How long after the payment was recorded the merchant acknowledged it, of these."`
	MerchantTook  Durations      `json:"merchant_took" doc:"How long its program took for the newest call of each."`
	Failures      []Failures     `json:"failures" doc:"Why the newest calls were not acknowledged, of these; the most frequent first."`
	Refused       []RefusalCount `json:"refused" doc:"Why its requests were refused in the last day, the most frequent first."`
	Kept          int            `json:"kept" doc:"How many of its refused forms are kept for explain."`
	KeptUntil     time.Time      `json:"kept_until,omitzero" doc:"Until when forms are kept; absent when none are."`
	Missing
}

// Durations is how long something took.
type Durations struct {
	Count    int   `json:"count" doc:"Of how many."`
	MedianMS int64 `json:"median_ms" doc:"Half of them took no longer, in milliseconds."`
	MostMS   int64 `json:"most_ms" doc:"19 of 20 took no longer, in milliseconds."`
}

// Failures is how often calls of a merchant failed in one way.
type Failures struct {
	Class string `json:"class" doc:"What came of the call, as metrics name it."`
	Cause string `json:"cause,omitempty" doc:"Why there was no answer to judge, as the bridge puts it."`
	Times int    `json:"times" doc:"How often."`
}

func durationsOf(list []time.Duration) Durations {
	if len(list) == 0 {
		return Durations{}
	}
	slices.Sort(list)
	return Durations{
		Count: len(list), MedianMS: list[(len(list)-1)/2].Milliseconds(), MostMS: list[(len(list)*19-1)/20].Milliseconds(),
	}
}

func showMerchant(v *visit, q MerchantQuery) (MerchantView, error) {
	view := MerchantView{
		Merchant: Merchant{MerID: q.MerID}, Notifications: map[string]int{}, Failures: []Failures{}, Refused: []RefusalCount{},
	}
	for _, part := range []func(*visit, *MerchantView) error{viewMerchant, viewRoute, viewOrders, viewNotifications, viewRefusals} {
		if err := part(v, &view); err != nil {
			return MerchantView{}, err
		}
	}
	if !view.Configured && view.Pause == nil && view.SeenSince.IsZero() {
		return MerchantView{}, Refuse(http.StatusNotFound, noMerchant.With(printable(q.MerID)))
	}
	return view, nil
}

func viewMerchant(v *visit, view *MerchantView) error {
	paused, missing, err := v.paused()
	view.miss(missing)
	for _, m := range v.merchants(paused) {
		if m.MerID == view.MerID {
			view.Merchant = m
		}
	}
	return err
}

func viewRoute(v *visit, view *MerchantView) error {
	if !v.beside() {
		return nil
	}
	table, err := v.routeTable()
	route := table.of(view.MerID)
	view.Route = &route
	view.miss(table.missing)
	return err
}

func viewOrders(v *visit, view *MerchantView) error {
	activity, err := v.Ledger.Activity(v.ctx, view.MerID, v.now.Add(-overviewTime))
	if err != nil {
		return err
	}
	view.SeenSince, view.OldOrders, view.Orders = activity.Since, OldOrders{activity.Old}, sideOrdersOf(activity.V2)
	orders, err := v.Ledger.Orders(v.ctx, ledger.OrderFilter{MerID: view.MerID, Limit: recentItems})
	if err != nil {
		return err
	}
	view.miss(v.missingOf(orders.Unreadable))
	calls, err := v.Ledger.EventsOf(v.ctx, shown(orders.Items, func(o ledger.Order) ledger.Key { return o.Key }), bridge.CallEventKind)
	view.GatewayTook = durationsOf(firstCalls(calls))
	return err
}

// firstCalls is how long the first call for each order took.
func firstCalls(calls []ledger.Event) (took []time.Duration) {
	seen := make(map[ledger.Key]bool)
	for _, event := range calls {
		call, known := bridge.ReadCall(event)
		if !known || seen[event.Key] || call.Class == bridge.CallUnsent {
			continue
		}
		seen[event.Key] = true
		if d, err := time.ParseDuration(call.Took); err == nil {
			took = append(took, d)
		}
	}
	return took
}

func viewNotifications(v *visit, view *MerchantView) error {
	list, err := v.Ledger.Notifications(v.ctx, ledger.NotificationFilter{MerID: view.MerID, Limit: recentItems})
	if err != nil {
		return err
	}
	view.miss(v.missingOf(list.Unreadable))
	last, err := v.lastAttempts(list.Items)
	if err != nil {
		return err
	}
	acknowledgedBy, err := v.Ledger.FirstAttempts(v.ctx, keysOf(list.Items), string(delivery.OK)) // not a call that was made again
	if err != nil {
		return err
	}
	var acknowledged, took []time.Duration
	failed := make(map[Failures]int)
	for _, n := range list.Items {
		view.Notifications[string(n.State)]++
		a, called := last[n.Key]
		if !called {
			continue
		}
		took = append(took, a.Duration)
		if n.State == ledger.Delivered {
			if a, known := acknowledgedBy[n.Key]; known {
				acknowledged = append(acknowledged, a.At.Add(a.Duration).Sub(n.CreatedAt))
			}
		} else {
			failed[Failures{Class: a.Class, Cause: causeText(v.lang, a.Cause)}]++
		}
	}
	view.Acknowledged, view.MerchantTook = durationsOf(acknowledged), durationsOf(took)
	for failure, times := range failed {
		failure.Times = times
		view.Failures = append(view.Failures, failure)
	}
	slices.SortFunc(view.Failures, mostFirst)
	return nil
}

// mostFirst puts the most frequent failure first.
func mostFirst(a, b Failures) int {
	return cmp.Or(b.Times-a.Times, strings.Compare(a.Class, b.Class), strings.Compare(a.Cause, b.Cause))
}

// lastAttempts are the newest calls of some notifications.
func (v *visit) lastAttempts(list []ledger.Notification) (map[ledger.Key]ledger.Attempt, error) {
	return v.Ledger.LastAttempts(v.ctx, keysOf(list))
}

func keysOf(list []ledger.Notification) []ledger.Key {
	return shown(list, func(n ledger.Notification) ledger.Key { return n.Key })
}

func viewRefusals(v *visit, view *MerchantView) error {
	refused, err := listRefusals(v, RefusalsQuery{MerID: view.MerID})
	view.Refused = refused.Items
	if forms, until, keeping := v.Refusals.Kept(view.MerID); keeping {
		view.Kept, view.KeptUntil = len(forms), until
	}
	return err
}

// sideOrdersOf counts orders by what has become of them.
func sideOrdersOf(states map[translate.State]int) (side SideOrders) {
	for state, n := range states {
		side.Orders += n
		switch state.Row().Payer {
		case translate.PayerPaid, translate.PayerRefunded:
			side.Paid += n
		case translate.PayerFailed, translate.PayerClosed:
			side.Unpaid += n
		}
	}
	return side
}
