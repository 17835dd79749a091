package ledger

import (
	"context"
	"fmt"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/route"
)

// MerchantRoute is where the new orders of a merchant go.
type MerchantRoute struct {
	MerID string // empty: of every merchant without a route of its own
	Route route.Route
	At    time.Time // since when
	Who   string
	Why   string
}

func (r MerchantRoute) key() Key { return Key{MerID: r.MerID} }

// Routes are the routes on record, by merchant.
type Routes struct {
	Revision int64 // has changed when a route has
	List[MerchantRoute]
}

// LeftOld are the merchants among those that are configured whose new orders may go to the
// old gateway; an empty one stands for all without a route of their own.
func (r Routes) LeftOld(configured func(merID string) bool) (merIDs []string) {
	for _, m := range r.Items {
		if m.Route.LeavesOrders() && (m.MerID == "" || configured(m.MerID)) {
			merIDs = append(merIDs, m.MerID)
		}
	}
	return merIDs
}

// How a change tells what no route says.
const (
	noRoute         = "default" // that of the configuration
	unreadableRoute = "unreadable"
)

// RouteMark tells the route by which the new orders of a merchant go from those before
// and after it. The zero mark is that of the configuration's default.
type RouteMark struct {
	MerID string // empty: the route of every merchant without one of its own
	Route string
	At    int64 // since when, in milliseconds
}

// Mark is what tells the route from others.
func (r MerchantRoute) Mark() RouteMark {
	return RouteMark{r.MerID, r.Route.String(), r.At.UnixMilli()}
}

// SetRoute changes where the new orders of a merchant go and records the change; the
// zero route takes the merchant's own away. An order that is on record stays on its
// side. A route that is there already changes nothing and records nothing.
func (l *Ledger) SetRoute(ctx context.Context, merID string, r route.Route, c Change) error {
	if merID == "" || len(merID) > maxNumber {
		return fmt.Errorf("changing route: MerID: not of 1 to %d bytes", maxNumber)
	}
	made, err := l.change(Key{MerID: merID}, "route", c)
	if err == nil {
		_, err = write(ctx, l, func(t *tx) (none, error) { return none{}, setRoute(t, r, made) })
	}
	return wrap(err, "changing route")
}

// SetAllRoutes gives every merchant the same route, also those that have none on
// record, and records a change for each that had another. The zero route only takes
// away what an earlier call has said for merchants without a route of their own: they
// follow the configuration again.
func (l *Ledger) SetAllRoutes(ctx context.Context, r route.Route, c Change) error {
	made, err := l.change(Key{}, "route", c)
	if err == nil {
		_, err = write(ctx, l, func(t *tx) (none, error) { return none{}, setAllRoutes(t, r, made) })
	}
	return wrap(err, "changing all routes")
}

// TurnBack changes the route of a merchant to the old gateway and records the change,
// if its new orders still go by the route that was seen. It reports whether they did.
func (l *Ledger) TurnBack(ctx context.Context, merID string, seen RouteMark, c Change) (bool, error) {
	made, err := l.change(Key{MerID: merID}, "route", c)
	if err != nil {
		return false, wrap(err, "turning merchant back")
	}
	turned, err := write(ctx, l, func(t *tx) (bool, error) { return turnBack(t, seen, made) })
	return turned, wrap(err, "turning merchant back")
}

const (
	nextRevision  = `UPDATE revisions SET n = n + 1 WHERE id = 'routes'`
	firstRevision = `INSERT INTO revisions (id, n) VALUES ('routes', $1)`
	routeRevision = `SELECT n FROM revisions WHERE id = 'routes'`
	lockRevision  = `SELECT 1 FROM revisions WHERE id = 'routes' {lock}` // n may be damaged, which the next one heals

	routeByMerID = `SELECT mer_id, route, at, who, why FROM routes WHERE mer_id = $1`
	routeInForce = `SELECT mer_id, route, at, who, why FROM routes WHERE mer_id IN ($1, '') ORDER BY mer_id DESC LIMIT 1`
	routesNow    = `SELECT mer_id, route, at, who, why FROM routes`
	allRoutes    = `SELECT at, '', mer_id, mer_id, route, at, who, why FROM routes ORDER BY mer_id`
	deleteRoute  = `DELETE FROM routes WHERE mer_id = $1`
	writeRoute   = `INSERT INTO routes (mer_id, route, at, who, why) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (mer_id) DO UPDATE SET route = excluded.route, at = excluded.at, who = excluded.who, why = excluded.why`

	// Thousands of merchants are changed by two statements: the way back is short. Each
	// change has an id of its own, by which the list of changes goes on.
	addRouteChanges = `INSERT INTO changes (order_id, mer_id, at, id, who, what, why, was, became)
		SELECT '', mer_id, $2, CAST($3 AS TEXT) || mer_id, $4, $5, $6, route, $1 FROM routes WHERE mer_id <> '' AND route <> $1`
	rewriteRoutes = `UPDATE routes SET route = $1, at = $2, who = $3, why = $4 WHERE mer_id <> '' AND route <> $1`
)

// setRoute changes the route of the merchant that c names; without one, of those that
// have none.
func setRoute(t *tx, r route.Route, c change) error {
	if made, err := isMade(t, c); made || err != nil {
		return err
	}
	return changeRoutes(t, c.At, func() (bool, error) { return replaceRoute(t, r, c) })
}

func setAllRoutes(t *tx, r route.Route, c change) error {
	if made, err := isMade(t, c); made || err != nil {
		return err
	}
	return changeRoutes(t, c.At, func() (changed bool, err error) {
		if r.Mode != "" {
			if changed, err = replaceOwnRoutes(t, r, c); err != nil {
				return false, err
			}
		}
		rest, err := replaceRoute(t, r, c)
		return changed || rest, err
	})
}

// turnBack changes the route of the merchant that c names, if it is the one that was
// seen, and reports whether it was.
func turnBack(t *tx, seen RouteMark, c change) (turned bool, err error) {
	err = changeRoutes(t, c.At, func() (bool, error) {
		// Under the lock: an earlier run may be waiting for its commit yet.
		if turned, err = isMade(t, c); turned || err != nil {
			return false, err
		}
		list, damaged, err := readable(t, scanRoute, routeInForce, c.MerID)
		if err != nil || len(damaged) > 0 { // which leads to the old gateway
			return false, err
		}
		var now RouteMark
		if len(list) > 0 {
			now = list[0].Mark()
		}
		if turned = now == seen; !turned {
			return false, nil
		}
		return replaceRoute(t, route.ToOld, c)
	})
	return turned, err
}

// changeRoutes has f change routes while nobody else does, and says that they are
// others now when f reports that it has changed one.
func changeRoutes(t *tx, at time.Time, f func() (changed bool, err error)) error {
	if err := lockRoutes(t, at); err != nil {
		return err
	}
	changed, err := f()
	if err == nil && changed {
		_, err = t.exec(nextRevision)
	}
	return err
}

// lockRoutes lets nobody else change a route until this transaction has ended.
func lockRoutes(t *tx, at time.Time) error {
	_, err := one(t, scanCount, lockRevision)
	if isNotFound(err) { // somebody has deleted it; bridges must see the change all the same
		_, err = t.exec(firstRevision, toMillis(at))
	}
	return err
}

// replaceRoute writes a route down and the change from the one before, and reports
// whether there was one.
func replaceRoute(t *tx, r route.Route, c change) (changed bool, err error) {
	list, damaged, err := readable(t, scanRoute, routeByMerID, c.MerID)
	if err != nil {
		return false, err
	}
	before, after := noRoute, noRoute
	switch {
	case len(damaged) > 0:
		before = unreadableRoute
	case len(list) > 0:
		before = list[0].Route.String()
	}
	if r.Mode != "" {
		after = r.String()
	}
	switch {
	case before == after:
		return false, nil
	case after == noRoute:
		_, err = t.exec(deleteRoute, c.MerID)
	default:
		_, err = t.exec(writeRoute, c.MerID, after, toMillis(c.At), printable(c.Who, maxNumber), printable(c.Why, maxDetail))
	}
	if err != nil {
		return false, err
	}
	return true, addChange(t, c.from(before, after))
}

// replaceOwnRoutes gives all merchants that have a route of their own another one, and
// reports whether any had another.
func replaceOwnRoutes(t *tx, r route.Route, c change) (changed bool, err error) {
	_, damaged, err := readable(t, scanRoute, routesNow)
	if err != nil {
		return false, err
	}
	for i := range damaged { // a change is not to repeat what stands in these
		of := c
		of.Key = damaged[i].Key
		of.id += of.MerID
		if of.MerID != "" {
			if changed, err = replaceRoute(t, r, of); err != nil {
				return false, err
			}
		}
	}
	at, who, why := toMillis(c.At), printable(c.Who, maxNumber), printable(c.Why, maxDetail)
	if _, err := t.exec(addRouteChanges, r.String(), at, c.id, who, c.What, why); err != nil {
		return false, err
	}
	n, err := t.exec(rewriteRoutes, r.String(), at, who, why)
	return changed || n > 0, err
}

// RouteRevision returns a number that has changed when a route has.
func (l *Ledger) RouteRevision(ctx context.Context) (int64, error) {
	n, err := read(ctx, l, func(t *tx) (int64, error) { return one(t, scanCount, routeRevision) })
	return n, wrap(err, "looking for changed routes")
}

// Routes returns the routes on record, by merchant. They are those of the revision or
// newer.
func (l *Ledger) Routes(ctx context.Context) (Routes, error) {
	revision, err := l.RouteRevision(ctx)
	if err != nil {
		return Routes{}, err
	}
	list, err := listed(ctx, l, scanRoute, noLimit, allRoutes)
	return Routes{revision, list}, wrap(err, "listing routes")
}

const changesOfRoute = changeColumns + `WHERE mer_id IN ($2, '') AND what = 'route' ORDER BY at DESC, id DESC LIMIT $1`

// RouteChanges returns up to limit changes of a merchant's route, the newest first, and
// those of all merchants.
func (l *Ledger) RouteChanges(ctx context.Context, merID string, limit int) (List[Change], error) {
	list, err := listed(ctx, l, scanChange, limit, changesOfRoute, limit+1, merID)
	return list, wrap(err, "listing changes of a route")
}

func scanRoute(from row) (MerchantRoute, error) {
	var r MerchantRoute
	var at millis
	var text string
	err := from.Scan(&r.MerID, &text, &at, &r.Who, &r.Why)
	if err != nil {
		return r, err
	}
	r.At = at.time()
	if r.Route, err = route.Parse(text); err != nil {
		return r, damage("route: not a route")
	}
	return r, nil
}
