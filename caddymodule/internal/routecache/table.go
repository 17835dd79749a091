package routecache

import (
	"maps"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/route"
)

// table is a copy of the routes, which does not change.
type table struct {
	asOf     time.Duration // when reading it began
	revision int64
	own      map[string]ledger.MerchantRoute // by merchant
	rest     ledger.MerchantRoute            // of merchants without one; the zero MerchantRoute for none
	changed  map[string]int64                // by merchant, "" for the rest: the revision with which it was seen to be another
}

// tableOf makes a table. A route that cannot be read is one to the old gateway: that
// is where an operator would turn a merchant of whom nothing is known. before is the table
// that it takes the place of, nil for none.
func tableOf(routes ledger.Routes, asOf time.Duration, before *table) *table {
	own := make(map[string]ledger.MerchantRoute, len(routes.Items)+len(routes.Unreadable))
	for _, r := range routes.Items {
		own[r.MerID] = r
	}
	for _, r := range routes.Unreadable {
		own[r.MerID] = ledger.MerchantRoute{MerID: r.MerID, Route: route.ToOld}
	}
	t := &table{asOf: asOf, revision: routes.Revision, own: own, rest: own[""]}
	maps.DeleteFunc(own, func(merID string, _ ledger.MerchantRoute) bool { return merID == "" })
	t.changed = t.changedSince(before)
	return t
}

// changedSince notes which routes are others than before, and those that were noted.
func (t *table) changedSince(before *table) map[string]int64 {
	if before == nil {
		return nil
	}
	changed := maps.Clone(before.changed)
	note := func(merID string) {
		if changed == nil {
			changed = map[string]int64{}
		}
		changed[merID] = t.revision
	}
	for merID, r := range t.own {
		if before.own[merID].Mark() != r.Mark() {
			note(merID)
		}
	}
	for merID := range before.own {
		if _, still := t.own[merID]; !still {
			note(merID)
		}
	}
	// Who follows the configuration now may have been given a route and lost it again between
	// two readings, which shows in nothing but the number of changes.
	if before.rest.Mark() != t.rest.Mark() || t.revision-before.revision > 1 {
		note("")
	}
	return changed
}

// since is the greatest revision with which the route of a merchant was seen to be
// another, 0 for none.
func (t *table) since(merID string) int64 {
	switch {
	case t == nil:
		return 0
	case t.own[merID].Route.Mode != "":
		return t.changed[merID]
	}
	return max(t.changed[merID], t.changed[""])
}

// seen is the table as of a later reading, which has found it unchanged.
func (t *table) seen(asOf time.Duration) *table {
	later := *t
	later.asOf = asOf
	return &later
}

// of is the route of a merchant, fallback when the table has none.
func (t *table) of(merID string, fallback route.Route) route.Route {
	if known := t.onRecord(merID).Route; known.Mode != "" {
		return known
	}
	return fallback
}

// onRecord is what the table has for a merchant, zero for nothing.
func (t *table) onRecord(merID string) ledger.MerchantRoute {
	switch {
	case t == nil:
		return ledger.MerchantRoute{}
	case t.own[merID].Route.Mode != "":
		return t.own[merID]
	}
	return t.rest
}
