package api

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/readiness"
	routing "github.com/paybridge/paybridge/caddymodule/internal/route"
	"github.com/paybridge/paybridge/caddymodule/internal/shadow"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// RoutesQuery says whose routes are wanted.
type RoutesQuery struct {
	MerID string       `json:"merid" doc:"Of this merchant only."`
	Route routing.Mode `json:"route" doc:"Only those with this route."`
	After string       `json:"after" doc:"Goes on after this merchant number: the member next of the answer before."`
	Limit int          `json:"limit" doc:"At most so many, 1 to 500. Default: 50."`
}

// RouteOrigin says where the route of a merchant comes from.
type RouteOrigin string

// The origins.
const (
	OwnRoute        RouteOrigin = "merchant" // somebody has said it of this merchant
	RouteOfAll      RouteOrigin = "all"      // somebody has said it of all
	ConfiguredRoute RouteOrigin = "default"  // of the configuration
)

// RouteOrigins lists them all.
func RouteOrigins() []RouteOrigin { return []RouteOrigin{OwnRoute, RouteOfAll, ConfiguredRoute} }

// Route is where new orders go.
type Route struct {
	Mode    routing.Mode `json:"route" doc:"old: to the old gateway. shadow: to the old gateway, and the bridge compares what it would have answered. v2: to the v2 gateway."`
	Percent int          `json:"percent,omitempty" doc:"With v2: the share of the new orders that goes there."`
	Actions []v1.Action  `json:"actions,omitempty" doc:"With v2: the actions whose orders go there; absent for all."`
	Origin  RouteOrigin  `json:"origin" doc:"Who says so: somebody of this merchant, somebody of all merchants, or the default of the configuration."`
	At      time.Time    `json:"at,omitzero" doc:"Since when; absent for the default."`
	By      RouteMover   `json:"by,omitempty" doc:"person, or guard: the bridge has turned the merchant back by itself. Absent for the default."`
	Who     string       `json:"who,omitempty" doc:"Who said it, and from where."`
	Why     string       `json:"why,omitempty" doc:"The reason given."`
}

// MerchantRoute is the route of a merchant and what it does today.
type MerchantRoute struct {
	MerID      string `json:"merid" doc:"The merchant's v1 number."`
	Configured bool   `json:"configured" doc:"The configuration that serves has it."`
	Route
	Verdict   readiness.Verdict `json:"verdict,omitempty" doc:"Whether it can be moved, as readiness says it of the last 7 days; absent when all its new orders go to v2."`
	SeenSince time.Time         `json:"seen_since,omitzero" doc:"When the first of its orders was that is on record, on either side; absent when there is none."`
	Old       OldOrders         `json:"old" doc:"Its orders of today on the old gateway. A day begins at midnight in Beijing."`
	V2        SideOrders        `json:"v2" doc:"Its orders of today on v2."`
	Answers   BothAnswers       `json:"answers" doc:"How its new payments of today were answered, on either side by the same measure. Bridges add to it every 10 seconds."`
	Guard     *GuardState       `json:"guard,omitempty" doc:"What the guard goes by; absent when nothing guards the merchant."`
}

// GuardState is by what a merchant is turned back, and what has come of it so far.
type GuardState struct {
	MinPayments int         `json:"min_payments" doc:"So many payments on v2 are needed within the window."`
	Window      int64       `json:"window_s" doc:"How long is looked back, in seconds."`
	MaxWorse    int         `json:"max_worse" doc:"So many percentage points more than the old gateway v2 may refuse."`
	Old         AnswerCount `json:"old" doc:"What v2 is compared with: the old gateway's answers within the window, or when there were last enough. Of the bridge that answers, since it was started."`
	V2          AnswerCount `json:"v2" doc:"What v2 has answered within the window under the last route, of the bridge that answers."`
}

// BothAnswers are how payments were answered on either side.
type BothAnswers struct {
	Old AnswerCount `json:"old" doc:"By the old gateway. What it answers packed in another way than gzip, or longer than 64 KiB, is not counted."`
	V2  AnswerCount `json:"v2" doc:"On v2."`
}

// AnswerCount is how payments were answered.
type AnswerCount struct {
	Payments int `json:"payments" doc:"How many signed new payments, each once."`
	Refused  int `json:"refused" doc:"How many of them were refused, had failed at once, or had no answer."`
}

// OldOrders are orders on the old gateway.
type OldOrders struct {
	Orders int `json:"orders" doc:"How many were passed on; 100000 stands for that many or more."`
}

// SideOrders are orders on v2 and what has become of them.
type SideOrders struct {
	Orders int `json:"orders" doc:"How many; 100000 stands for that many or more."`
	Paid   int `json:"paid" doc:"How many were paid, those that were given back included."`
	Unpaid int `json:"unpaid" doc:"How many failed or were closed."`
}

// RouteList is a part of the list of routes, by merchant.
type RouteList struct {
	Beside   bool            `json:"beside" doc:"There is an old gateway; without one all orders go to v2, whatever the routes say."`
	Default  Route           `json:"default" doc:"The route of merchants that have none of their own; v2 without an old gateway."`
	Items    []MerchantRoute `json:"items" doc:"The merchants, by number."`
	Next     string          `json:"next,omitempty" doc:"Give it as after for those that follow; absent when there are none."`
	Timeline []RouteMove     `json:"timeline,omitempty" doc:"With merid: the newest 50 changes of its route, newest first."`
	Missing
}

// beside reports whether there is an old gateway.
func (v *visit) beside() bool { return v.DefaultRoute.Mode != "" }

func listRoutes(v *visit, q RoutesQuery) (RouteList, error) {
	limit, err := Page{Limit: q.Limit}.limit()
	if err != nil {
		return RouteList{}, err
	}
	table, err := v.routeTable()
	if err != nil {
		return RouteList{}, err
	}
	merchants := slices.DeleteFunc(v.routedMerchants(table), func(m string) bool {
		return q.MerID != "" && m != q.MerID || q.Route != "" && table.of(m).Mode != q.Route
	})
	merchants = merchants[sort.Search(len(merchants), func(i int) bool { return merchants[i] > q.After }):]
	list := RouteList{Beside: v.beside(), Default: table.rest, Items: []MerchantRoute{}, Missing: table.missing}
	for _, merID := range merchants[:min(limit, len(merchants))] {
		item, err := v.merchantRoute(merID, table.of(merID))
		if err != nil {
			return RouteList{}, err
		}
		list.Items = append(list.Items, item)
	}
	if len(merchants) > limit {
		list.Next = merchants[limit-1]
	}
	if q.MerID == "" {
		return list, nil
	}
	line, err := v.routeTimeline(q.MerID, table, defaultLimit)
	list.Timeline = line.Items
	list.miss(line.Missing)
	return list, err
}

// routeTable is all routes as they are on record.
type routeTable struct {
	own     map[string]Route
	rest    Route
	missing Missing
}

func (t routeTable) of(merID string) Route {
	if own, ok := t.own[merID]; ok {
		return own
	}
	return t.rest
}

// routeTable reads the routes. One that cannot be read leads to the old gateway.
func (v *visit) routeTable() (routeTable, error) {
	list, err := v.Ledger.Routes(v.ctx)
	if err != nil {
		return routeTable{}, err
	}
	t := routeTable{own: map[string]Route{}, rest: routeOf(v.DefaultRoute, ConfiguredRoute), missing: v.missingOf(list.Unreadable)}
	if !v.beside() {
		t.rest = routeOf(routing.ToV2, ConfiguredRoute)
	}
	for _, r := range list.Items {
		shown := routeOf(r.Route, OwnRoute)
		shown.At, shown.By = r.At, moverOf(r.Who)
		shown.Who, shown.Why = whoSaid(r.Who).In(v.lang), reasonText(v.lang, r.Who, r.Why)
		t.own[r.MerID] = shown
	}
	for i := range list.Unreadable {
		row := &list.Unreadable[i]
		shown := routeOf(routing.ToOld, OwnRoute)
		shown.Why = rowDamaged.With(row).In(v.lang)
		t.own[row.MerID] = shown
	}
	if all, ok := t.own[""]; ok {
		all.Origin = RouteOfAll
		t.rest = all
		delete(t.own, "")
	}
	return t, nil
}

func routeOf(r routing.Route, origin RouteOrigin) Route {
	return Route{Mode: r.Mode, Percent: r.Percent, Actions: r.Actions, Origin: origin}
}

// routedMerchants are the configured merchants and those that have a route, by
// number.
func (v *visit) routedMerchants(t routeTable) []string {
	list := make([]string, 0, len(t.own))
	for merID := range t.own {
		list = append(list, merID)
	}
	for _, m := range v.Settings.Merchants.All() {
		list = append(list, m.MerID)
	}
	slices.SortFunc(list, strings.Compare)
	return slices.Compact(list)
}

func (v *visit) merchantRoute(merID string, r Route) (MerchantRoute, error) {
	activity, err := v.Ledger.Activity(v.ctx, merID, startOfDay(v.now))
	if err != nil {
		return MerchantRoute{}, err
	}
	m := MerchantRoute{
		MerID: merID, Configured: v.Settings.Merchants.Has(merID), Route: r,
		SeenSince: activity.Since, Old: OldOrders{activity.Old}, V2: sideOrdersOf(activity.V2),
	}
	m.Guard = v.guardOf(merID)
	if m.Answers, err = v.answersOf(merID); err != nil || m.moved() {
		return m, err
	}
	ready, err := v.readiness(merID, shadow.DayOf(v.now.AddDate(0, 0, 1-readinessDays)), false)
	m.Verdict = ready.Verdict
	return m, err
}

// answersOf is how a merchant's payments were answered today.
func (v *visit) answersOf(merID string) (both BothAnswers, err error) {
	today := v.now.In(translate.Beijing).Format(time.DateOnly)
	list, err := v.Ledger.AnswersOf(v.ctx, merID, today)
	for _, a := range list.Items {
		switch count := (AnswerCount{a.Payments, a.Refused}); {
		case a.Day != today: // of a clock that is ahead
		case a.Side == routing.V2:
			both.V2 = count
		default:
			both.Old = count
		}
	}
	return both, err
}

// guardOf is how the guard stands with a merchant; nil when nothing guards it.
func (v *visit) guardOf(merID string) *GuardState {
	if v.Guard == nil {
		return nil
	}
	s, ok := v.Guard(merID)
	if !ok {
		return nil
	}
	return &GuardState{
		MinPayments: s.Rule.MinPayments, Window: int64(s.Rule.Window / time.Second), MaxWorse: s.Rule.MaxWorse,
		Old: AnswerCount{s.Old.Payments, s.Old.Refused}, V2: AnswerCount{s.V2.Payments, s.V2.Refused},
	}
}

// moved reports whether all new orders go to v2.
func (r Route) moved() bool {
	return !routing.Route{Mode: r.Mode, Percent: r.Percent, Actions: r.Actions}.LeavesOrders()
}

// startOfDay is midnight in Beijing.
func startOfDay(now time.Time) time.Time {
	now = now.In(translate.Beijing)
	return time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, translate.Beijing)
}

// RouteRequest says where the new orders of a merchant are to go, or those of all.
type RouteRequest struct {
	MerID   string   `json:"merid,omitzero" doc:"The merchant's v1 number. It or all is needed."`
	All     bool     `json:"all,omitzero" doc:"Every merchant, also those that have no route of their own; only with old, or with default, which takes that back for those without one."`
	Route   string   `json:"route" need:"true" doc:"old, shadow or v2, as they are listed; default takes the route away."`
	Percent *int     `json:"percent,omitempty" doc:"With v2: the share of the new orders that goes there, 1 to 100. Default: 100."`
	Actions []string `json:"actions,omitempty" doc:"With v2: only orders of these actions. Default: all."`
	Force   bool     `json:"force,omitzero" doc:"Also when the merchant has not been seen for a day."`
	Why     string   `json:"why" need:"true" doc:"The reason, kept with the change."`
}

// RouteAnswer says where new orders go now.
type RouteAnswer struct {
	MerID string `json:"merid,omitempty" doc:"The merchant's v1 number; absent for all."`
	Route
}

// withoutRoute is the word that takes a route away.
const withoutRoute = "default"

// seenFor is how long a merchant must have been seen before it moves: by then its
// programs do not repeat an order any more that nothing is on record of.
const seenFor = 24 * time.Hour

func routeMerchants(v *visit, r RouteRequest) (RouteAnswer, error) {
	to, err := r.check()
	switch {
	case err != nil:
		return RouteAnswer{}, err
	case !v.beside() && r.Route != withoutRoute:
		return RouteAnswer{}, Refuse(http.StatusConflict, noOldGateway.With())
	case r.All:
		err = v.Ledger.SetAllRoutes(v.ctx, to, v.change(r.Why))
	default:
		err = v.routeOne(r, to)
	}
	if err != nil {
		return RouteAnswer{}, err
	}
	v.RouteChanged()
	table, err := v.routeTable()
	return RouteAnswer{MerID: r.MerID, Route: table.of(r.MerID)}, err
}

// check reads the route that is asked for.
func (r RouteRequest) check() (routing.Route, error) {
	switch {
	case (r.MerID == "") != r.All:
		return routing.Route{}, badMember("body", "merid", merchantOrAll.With())
	case r.All && r.Route != withoutRoute && r.Route != string(routing.ModeOld):
		return routing.Route{}, badMember("body", "all", allOnlyBack.With())
	case r.Route == withoutRoute && (r.Percent != nil || r.Actions != nil):
		return routing.Route{}, badMember("body", "route", defaultAlone.With())
	case r.Route == withoutRoute:
		return routing.Route{}, checkWhy(r.Why)
	}
	to, err := routing.New(r.Route, r.Percent, r.Actions)
	var wrong *routing.Error
	if errors.As(err, &wrong) {
		return routing.Route{}, badMember("body", wrong.Member, wrong.Why)
	}
	return to, checkWhy(r.Why)
}

// routeOne gives one merchant a route. Whoever goes back is never held up.
func (v *visit) routeOne(r RouteRequest, to routing.Route) error {
	table, err := v.routeTable()
	if err != nil {
		return err
	}
	_, hasRoute := table.own[r.MerID]
	after := cmp.Or(to.Mode, table.rest.Mode)
	if !v.Settings.Merchants.Has(r.MerID) && (!hasRoute || after != routing.ModeOld) {
		return Refuse(http.StatusNotFound, noMerchant.With(printable(r.MerID)))
	}
	if after == routing.ModeV2 && v.beside() && !r.Force {
		if err := v.checkSeen(r.MerID); err != nil {
			return err
		}
	}
	return v.Ledger.SetRoute(v.ctx, r.MerID, to, v.change(r.Why))
}

// checkSeen refuses to move a merchant whose orders of yesterday are not on record: a
// repeat of one would be paid a second time.
func (v *visit) checkSeen(merID string) error {
	activity, err := v.Ledger.Activity(v.ctx, merID, v.now)
	switch {
	case err != nil:
		return err
	case activity.Since.IsZero():
		return Refuse(http.StatusConflict, neverSeen.With(merID))
	case v.now.Sub(activity.Since) < seenFor:
		return Refuse(http.StatusConflict, seenTooShort.With(merID, int(v.now.Sub(activity.Since).Hours())))
	}
	return nil
}
