package api

import (
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/guard"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	routing "github.com/paybridge/paybridge/caddymodule/internal/route"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// RouteTimelineQuery says whose timeline is wanted.
type RouteTimelineQuery struct {
	MerID string `json:"merid" need:"true" doc:"The merchant's v1 number."`
	Limit int    `json:"limit" doc:"At most so many, 1 to 500. Default: 50."`
}

// RouteTimeline is how the route of a merchant has changed.
type RouteTimeline struct {
	MerID string      `json:"merid" doc:"The merchant's v1 number."`
	Now   Route       `json:"now" doc:"Where its new orders go."`
	Items []RouteMove `json:"items" doc:"The changes, newest first. A change for all merchants is among them where the merchant had no route of its own."`
	More  bool        `json:"more,omitempty" doc:"There are older ones; ask with a higher limit."`
	Missing
}

// RouteMove is one change of where a merchant's new orders go.
type RouteMove struct {
	At   time.Time  `json:"at" doc:"When."`
	From RouteStep  `json:"from" doc:"Where they went before."`
	To   RouteStep  `json:"to" doc:"Where they go since."`
	All  bool       `json:"all,omitempty" doc:"It was said of all merchants that have no route of their own."`
	By   RouteMover `json:"by" doc:"person, or guard: the bridge has turned the merchant back by itself."`
	Who  string     `json:"who" doc:"Who, and from where."`
	Why  string     `json:"why" doc:"The reason given."`
}

// RouteStep is one of the routes that a merchant has had.
type RouteStep struct {
	Mode    StepMode    `json:"route" doc:"old, shadow or v2. default: none of its own. unreadable: one that could not be read, which leads to the old gateway."`
	Percent int         `json:"percent,omitempty" doc:"With v2: the share of the new orders."`
	Actions []v1.Action `json:"actions,omitempty" doc:"With v2: the actions; absent for all."`
}

// StepMode is the mode of a route that a merchant has had, or why there was none.
type StepMode string

// What a step may be besides a mode.
const (
	NoOwnRoute     StepMode = withoutRoute
	UnreadableStep StepMode = "unreadable"
)

// StepModes lists them all.
func StepModes() []StepMode {
	return append(shown(routing.Modes(), func(m routing.Mode) StepMode { return StepMode(m) }), NoOwnRoute, UnreadableStep)
}

// RouteMover is who has changed a route.
type RouteMover string

// Who changes routes.
const (
	MovedByPerson RouteMover = "person"
	MovedByGuard  RouteMover = "guard"
)

// RouteMovers lists them all.
func RouteMovers() []RouteMover { return []RouteMover{MovedByPerson, MovedByGuard} }

func showRouteTimeline(v *visit, q RouteTimelineQuery) (RouteTimeline, error) {
	limit, err := Page{Limit: q.Limit}.limit()
	if err != nil {
		return RouteTimeline{}, err
	}
	table, err := v.routeTable()
	if err != nil {
		return RouteTimeline{}, err
	}
	line, err := v.routeTimeline(q.MerID, table, limit)
	line.Now = table.of(q.MerID)
	return line, err
}

// routeTimeline reads the newest changes of a merchant's route.
func (v *visit) routeTimeline(merID string, t routeTable, limit int) (RouteTimeline, error) {
	changes, err := v.Ledger.RouteChanges(v.ctx, merID, limit)
	_, hasOwn := t.own[merID]
	return RouteTimeline{
		MerID: merID, Items: shown(felt(changes.Items, hasOwn), v.routeMove),
		More: !changes.Next.IsZero(), Missing: v.missingOf(changes.Unreadable),
	}, err
}

// felt leaves out what was said of all merchants while the merchant had a route of its
// own. hasOwn is whether it has one after the newest change.
func felt(newestFirst []ledger.Change, hasOwn bool) []ledger.Change {
	var list []ledger.Change
	for _, c := range newestFirst {
		switch {
		case c.MerID != "":
			hasOwn = c.Before != withoutRoute
		case hasOwn:
			continue
		}
		list = append(list, c)
	}
	return list
}

func (v *visit) routeMove(c ledger.Change) RouteMove {
	return RouteMove{
		At: c.At, From: routeStepOf(c.Before), To: routeStepOf(c.After), All: c.MerID == "", By: moverOf(c.Who),
		Who: whoSaid(c.Who).In(v.lang), Why: reasonText(v.lang, c.Who, c.Why),
	}
}

// moverOf tells the guard from people, of whom an address is on record.
func moverOf(who string) RouteMover {
	if who == guard.Who {
		return MovedByGuard
	}
	return MovedByPerson
}

// routeStepOf reads a route as a change has it.
func routeStepOf(text string) RouteStep {
	r, err := routing.Parse(text)
	switch {
	case text == withoutRoute:
		return RouteStep{Mode: NoOwnRoute}
	case err != nil:
		return RouteStep{Mode: UnreadableStep}
	}
	return RouteStep{Mode: StepMode(r.Mode), Percent: r.Percent, Actions: r.Actions}
}
