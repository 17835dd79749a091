package command

import (
	"github.com/paybridge/paybridge/caddymodule/internal/api"
	"github.com/paybridge/paybridge/caddymodule/internal/route"
)

// showRouteTimeline tells how the route of one merchant has changed.
func showRouteTimeline(o *online, query api.RouteTimelineQuery) error {
	var line api.RouteTimeline
	if err := o.client.Get(o.Context(), "routes/timeline", query, &line); err != nil {
		return err
	}
	return o.show(line, func(w printer) { printRouteTimeline(w, line, o) })
}

func printRouteTimeline(w printer, line api.RouteTimeline, o *online) {
	w.say("Merchant %s now: %s\n\n", line.MerID, routeText(line.Now))
	if len(line.Items) == 0 {
		w.noneNote(line.Missing, "No change is on record.")
		return
	}
	printRouteMoves(w, line.Items)
	zoneNote(w, o.now)
	if line.More {
		w.say("\nThere are older ones: raise --limit.\n")
	}
}

func printRouteMoves(w printer, moves []api.RouteMove) {
	rows := make([][]string, len(moves))
	for i, m := range moves {
		rows[i] = []string{clock(m.At), stepText(m.From) + " → " + stepText(m.To), w.moverText(m), m.Why}
	}
	w.table("TIME | ROUTE | BY | WHY", rows)
}

// stepText is a route in the words of the command that makes it.
func stepText(s api.RouteStep) string {
	return route.Route{Mode: route.Mode(s.Mode), Percent: s.Percent, Actions: s.Actions}.String()
}

// moverText says who has changed a route, and whether of all merchants.
func (p printer) moverText(m api.RouteMove) string {
	who := m.Who
	if m.By == api.MovedByGuard {
		who = p.term(string(m.By))
	}
	if m.All {
		return p.text(say("%s, of all merchants", who))
	}
	return who
}
