package api

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// What the overview shows.
const (
	overviewTime = 24 * time.Hour
	overviewList = 50 // items of each list
)

// Span is how much of the past the overview shows.
type Span string

// The spans.
const (
	LastHour Span = "1h"
	LastDay  Span = "24h"
	LastWeek Span = "7d"
)

// Spans lists them all.
func Spans() []Span { return []Span{LastHour, LastDay, LastWeek} }

// grain is how finely a span is told.
type grain struct {
	time   time.Duration // how long it is
	bucket time.Duration // orders are counted in stretches of this
	sample time.Duration // of the samples of each stretch of this the highest are told
}

var grains = map[Span]grain{
	LastHour: {time.Hour, time.Minute, time.Minute},
	LastDay:  {overviewTime, 10 * time.Minute, time.Minute},
	LastWeek: {7 * 24 * time.Hour, time.Hour, 10 * time.Minute},
}

// OverviewQuery says how much of the past is wanted.
type OverviewQuery struct {
	Span Span `json:"span" doc:"How much of the past: 1h, 24h or 7d. Default: 24h."`
}

// Overview is how things stand and how they have been, for the console.
type Overview struct {
	At                   time.Time      `json:"at" doc:"When this was so."`
	Version              Version        `json:"version" doc:"Which version runs."`
	ConsoleActions       bool           `json:"console_actions" doc:"A browser may make changes."`
	Beside               bool           `json:"beside" doc:"There is an old gateway, from which merchants move."`
	Gauges               Gauges         `json:"gauges" doc:"How much there is to do."`
	Span                 Span           `json:"span" doc:"How much of the past samples and outcomes tell."`
	Samples              []Sample       `json:"samples" doc:"The same over the span, oldest first: one a minute, of 7 days the highest of each 10 minutes. Times without a bridge are missing."`
	Outcomes             []Outcome      `json:"outcomes" doc:"What became of the orders of the span, by the time they were begun, oldest first: in buckets of a minute for 1h, of 10 minutes for 24h, of an hour for 7d."`
	InDoubt              []Order        `json:"in_doubt" doc:"The newest 50 orders in doubt."`
	OverdueOrders        []Order        `json:"overdue_orders" doc:"The newest 50 orders whose next step should have been taken."`
	OverdueNotifications []Notification `json:"overdue_notifications" doc:"The newest 50 notifications that should have been sent."`
	Exhausted            []Exhaustion   `json:"exhausted" doc:"Whose notifications are exhausted and not dealt with, most first."`
	Paused               []Merchant     `json:"paused" doc:"Merchants whose notifications are kept back."`
	Missing
}

// Gauges is how much there is to do.
type Gauges struct {
	Orders               map[string]StateGauge `json:"orders" doc:"Open orders by state."`
	OverdueOrders        int                   `json:"overdue_orders" doc:"Orders whose next step should have been taken."`
	OverdueTwice         int                   `json:"overdue_twice" doc:"Those of them that are in doubt or whose refund has failed, and so are counted there too."`
	Waiting              int                   `json:"waiting" doc:"Notifications that wait for their time."`
	OverdueNotifications int                   `json:"overdue_notifications" doc:"Notifications that should have been sent."`
	OldestDueAt          time.Time             `json:"oldest_due_at,omitzero" doc:"When the notification that waits longest was due; absent when none waits."`
	Exhausted            int                   `json:"exhausted" doc:"Notifications whose retry schedule has ended."`
	Paused               int                   `json:"paused" doc:"Notifications kept back because their merchant is paused."`
	Withheld             int                   `json:"withheld" doc:"Notifications kept back because the payment was given back."`
	OpenRefunds          int                   `json:"open_refunds" doc:"Refunds that failed and that nobody has dealt with."`
	OpenNotifications    int                   `json:"open_notifications" doc:"Exhausted notifications that nobody has dealt with."`
	SetAside             int                   `json:"set_aside" doc:"Orders and notifications whose rows cannot be read; selfcheck names them."`
	OpenQuarantine       int                   `json:"open_quarantine" doc:"Messages in quarantine that nobody has dealt with."`
}

// StateGauge is how many orders are in a state.
type StateGauge struct {
	Count    int       `json:"count" doc:"How many."`
	OldestAt time.Time `json:"oldest_at,omitzero" doc:"When the oldest of them was begun."`
}

// Sample is how much there was to do at one time.
type Sample struct {
	At        time.Time `json:"at" doc:"The minute."`
	Waiting   int       `json:"waiting" doc:"Notifications that waited."`
	Overdue   int       `json:"overdue" doc:"Notifications that should have been sent."`
	Exhausted int       `json:"exhausted" doc:"Notifications whose retry schedule had ended."`
	InDoubt   int       `json:"in_doubt" doc:"Orders in doubt."`
	Pending   int       `json:"pending" doc:"Orders that waited for their payers."`
}

// Outcome is what became of the orders that were begun in one bucket of time.
type Outcome struct {
	At     time.Time      `json:"at" doc:"Where the bucket begins."`
	States map[string]int `json:"states" doc:"How many are in which state now."`
}

// Exhaustion is how many notifications of a merchant are exhausted.
type Exhaustion struct {
	MerID string `json:"merid" doc:"The merchant's v1 number."`
	Count int    `json:"count" doc:"How many."`
}

func showOverview(v *visit, q OverviewQuery) (Overview, error) {
	o := Overview{At: v.now, Span: cmp.Or(q.Span, LastDay), Version: ThisVersion(), ConsoleActions: v.ConsoleActions, Beside: v.beside()}
	for _, part := range []func(*visit, *Overview) error{overviewGauges, overviewPlots, overviewLists, overviewMerchants} {
		if err := part(v, &o); err != nil {
			return Overview{}, err
		}
	}
	return o, nil
}

func overviewGauges(v *visit, o *Overview) error {
	g, err := v.Ledger.Gauges(v.ctx, v.now)
	if err != nil {
		return err
	}
	o.Gauges = Gauges{
		Orders: make(map[string]StateGauge, len(g.Orders)), OverdueOrders: g.OverdueOrders, OverdueTwice: g.OverdueTwice, Waiting: g.Waiting,
		OverdueNotifications: g.OverdueNotifications, OldestDueAt: g.OldestDue,
		Exhausted: g.Exhausted, Paused: g.Paused, Withheld: g.Withheld,
		SetAside: g.SetAside, OpenRefunds: g.Open.FailedRefunds, OpenNotifications: g.Open.ExhaustedNotifications, OpenQuarantine: g.Open.QuarantinedMessages,
	}
	for state, gauge := range g.Orders {
		o.Gauges.Orders[string(state)] = StateGauge{Count: gauge.Count, OldestAt: gauge.Oldest}
	}
	return nil
}

func overviewPlots(v *visit, o *Overview) error {
	g := grains[o.Span]
	samples, err := v.Ledger.Samples(v.ctx, v.now.Add(-g.time), v.now)
	if err != nil {
		return err
	}
	outcomes, err := v.outcomes.of(v, o.Span)
	o.Samples = highest(samples, g.sample)
	o.Outcomes = shown(outcomes, outcomeOf)
	return err
}

// highest tells of each stretch of time the highest that its samples show.
func highest(samples []ledger.Sample, stretch time.Duration) []Sample {
	list := []Sample{}
	for _, s := range samples {
		s.At = s.At.Truncate(stretch)
		if n := len(list); n > 0 && list[n-1].At.Equal(s.At) {
			list[n-1] = list[n-1].over(Sample(s))
			continue
		}
		list = append(list, Sample(s))
	}
	return list
}

// over is the higher of each of two samples of one stretch of time.
func (s Sample) over(t Sample) Sample {
	return Sample{
		s.At, max(s.Waiting, t.Waiting), max(s.Overdue, t.Overdue), max(s.Exhausted, t.Exhausted), max(s.InDoubt, t.InDoubt), max(s.Pending, t.Pending),
	}
}

func outcomeOf(o ledger.Outcome) Outcome {
	outcome := Outcome{At: o.At, States: make(map[string]int, len(o.States))}
	for state, n := range o.States {
		outcome.States[string(state)] = n
	}
	return outcome
}

func overviewLists(v *visit, o *Overview) error {
	doubt, err := v.Ledger.Orders(v.ctx, ledger.OrderFilter{States: []translate.State{translate.InDoubt}, Limit: overviewList})
	if err != nil {
		return err
	}
	orders, err := v.Ledger.Orders(v.ctx, ledger.OrderFilter{OverdueAt: v.now, Limit: overviewList})
	if err != nil {
		return err
	}
	notifications, err := v.Ledger.Notifications(v.ctx, ledger.NotificationFilter{OverdueAt: v.now, Limit: overviewList})
	o.InDoubt, o.OverdueOrders = shown(doubt.Items, v.order), shown(orders.Items, v.order)
	o.OverdueNotifications = shown(notifications.Items, notificationOf)
	o.miss(v.missingOf(doubt.Unreadable, orders.Unreadable, notifications.Unreadable))
	return err
}

func overviewMerchants(v *visit, o *Overview) error {
	exhausted, err := v.Ledger.ExhaustedByMerchant(v.ctx)
	if err != nil {
		return err
	}
	o.Exhausted = shown(exhausted, func(c ledger.MerchantCount) Exhaustion { return Exhaustion(c) })
	paused, lost, err := v.paused()
	if err != nil {
		return err
	}
	o.miss(lost)
	o.Paused = []Merchant{}
	for _, merID := range slices.Sorted(maps.Keys(paused)) {
		o.Paused = append(o.Paused, Merchant{
			MerID: merID, Configured: v.Settings.Merchants.Has(merID), Pause: pauseOf(v.lang, paused, merID),
		})
	}
	return nil
}
