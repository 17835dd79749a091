//go:build simulation

package simulation

import (
	"context"
	"strings"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/guard"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/route"
)

// flip is a change of a merchant's route by a person.
type flip struct {
	merchant int
	at       time.Duration
	to       string // as route.Parse reads it
	bridge   int    // where the person is
}

// flipsTo are the routes that merchants are given.
var flipsTo = []string{"old", "shadow", "v2", "v2", "v2 50%"}

// drawFlips draws the changes of a world that has an old gateway. Merchants that are
// guarded go to v2 at once and stay there for longer, so that there is something to
// judge v2 by.
func drawFlips(d draw, bridges int, guarded bool) (list []flip) {
	least, most := 2, 6
	if guarded {
		least, most = 0, 3
	}
	for n := range merchantCount {
		if guarded {
			list = append(list, flip{n, d.between(0, ordering/10), "v2", d.IntN(bridges)})
		}
		for range least + d.IntN(most) {
			list = append(list, flip{n, d.between(0, ordering+ordering/2), oneOf(d, flipsTo), d.IntN(bridges)})
		}
	}
	return list
}

// flip changes a route, as the command does; with the ledger away it fails.
func (w *world) flip(f flip) {
	p := w.bridges[f.bridge].running()
	if p == nil {
		return
	}
	to, err := route.Parse(f.to)
	must(err)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	whose := merID(f.merchant)
	w.noteOrders("route changed", func(merID string) bool { return merID == whose })
	err = p.ledger.SetRoute(p.changing(ctx, whose), whose, to, ledger.Change{Who: "simulation", Why: "a flip"})
	p.beside.routes.Expire()
	w.tell("merchant %d goes to %s by bridge %d: done %v", f.merchant, f.to, f.bridge, err == nil)
}

// routeChanges is where the guard of a process writes routes down.
type routeChanges struct{ p *process }

// TurnBack implements guard.Store.
func (r routeChanges) TurnBack(ctx context.Context, merID string, seen ledger.RouteMark, c ledger.Change) (bool, error) {
	return r.p.ledger.TurnBack(r.p.changing(ctx, merID), merID, seen, c)
}

// version is a route that a merchant has had on record. When exactly a commit took
// place whose connection was lost is not known.
type version struct {
	to, who     string
	at          int64         // as the ledger has it
	began, seen time.Duration // the change was under way, and was found done
}

// leads reports whether new orders may go to a side by it. That a share is one of
// order numbers is known here, and not which: either side will do.
func (v version) leads(to route.Side) bool {
	switch {
	case strings.Contains(v.to, "%") && v.to != "v2 100%":
		return true
	case strings.HasPrefix(v.to, "v2"):
		return to == route.V2
	}
	return to == route.Old
}

// routeChange is a transaction that may change a merchant's route.
type routeChange struct {
	p     *process
	merID string
	began time.Duration
}

type routeChangeKey struct{}

// changing marks what a process does with a context as one.
func (p *process) changing(ctx context.Context, merID string) context.Context {
	return context.WithValue(ctx, routeChangeKey{}, routeChange{p, merID, p.m.w.since()})
}

// noteRoute looks what a transaction has made of a route, when it was to change one.
func (w *world) noteRoute(ctx context.Context) {
	c, is := ctx.Value(routeChangeKey{}).(routeChange)
	if !is {
		return
	}
	now := version{began: c.began, seen: w.since()}
	if !w.one([]any{&now.to, &now.who, &now.at}, `SELECT route, who, at FROM routes WHERE mer_id = $1`, c.merID) {
		return
	}
	w.mu.Lock()
	list := w.routes[c.merID]
	before := version{to: "old"} // the default
	if len(list) > 0 {
		before = list[len(list)-1]
	}
	fresh := now.to != before.to || now.who != before.who || now.at != before.at
	if fresh {
		w.routes[c.merID] = append(list, now)
	}
	w.mu.Unlock()
	if fresh && now.who == guard.Who {
		w.tell("merchant %s is turned back by bridge %d", c.merID, c.p.m.n)
		w.checkTurnedBack(c.p, c.merID, before, now)
	}
}

// freshness is how old a route may be that a bridge goes by: every bridge follows a
// change within a second (design §8).
const freshness = time.Second

// versions are those of a merchant, from the default on.
func (w *world) versions(merID string) []version {
	return append([]version{{to: "old"}}, w.routes[merID]...)
}

// inForce reports whether a route leading to a side was in force at some time between.
func (w *world) inForce(merID string, to route.Side, from, until time.Duration) bool {
	list := w.versions(merID)
	for i, v := range list {
		ended := longest
		if i+1 < len(list) {
			ended = list[i+1].seen
		}
		if v.leads(to) && v.began <= until && from <= ended {
			return true
		}
	}
	return false
}

// checkRoutes checks that new orders went where the route on record has said, within a
// second: those of a merchant that was turned back went to the old gateway, whichever
// bridge they came to. It knows routes only by what they say (design §8) and by when
// they were in the ledger.
func (w *world) checkRoutes() {
	first := map[string]time.Duration{} // when somebody first asked for an order
	for _, v := range w.visits {
		if at, known := first[v.order]; !known || v.from < at {
			first[v.order] = v.from
		}
	}
	for _, o := range w.ordered {
		from, asked := first[o.id()]
		if !asked || o.arrivedAt == "" || w.old.unmarked[o.id()] {
			continue
		}
		if o.arrivedAt == route.Old && !w.calm(from-10*time.Second, o.arrived, onRead, onCommit, onBridge) {
			continue // who cannot read routes leaves merchants on the old gateway
		}
		if !w.inForce(merID(o.merchant), o.arrivedAt, from-freshness, o.arrived) {
			w.broken("routes", "order %s went to %s at %s; no route has led there since %s: %+v",
				o.id(), o.arrivedAt, o.arrived, from-freshness, w.versions(merID(o.merchant)))
		}
	}
}

// arrives notes the gateway that an order has first come to.
func (w *world) arrives(o *order, at route.Side) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.arrivedAt == "" {
		o.arrivedAt, o.arrived = at, w.since()
	}
}
