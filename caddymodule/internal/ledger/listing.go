package ledger

import (
	"slices"
	"strconv"
	"strings"
)

// listing builds the query for a window of orders or notifications. It is put
// together from branches. Each takes the newest of what it selects along an index
// of its own, so that a rare state is found among millions of
// others. A condition that is {unindexed} is only looked at on the way.
type listing struct {
	from     string   // the table that branches select from, named l
	within   []string // the window, as conditions
	max      int      // so much of it
	limit    string   // the place of the argument that says how much is asked for
	branches []string
	args     []any
}

func newListing(from string, w window) *listing {
	l := &listing{from: from, max: w.limit}
	l.limit = l.arg(w.limit + 1) // one more tells whether the list goes on
	if w.from > earliest {
		l.within = append(l.within, `l.created_at >= `+l.arg(w.from))
	}
	if w.upto < latest || !w.after.IsZero() {
		l.within = append(l.within, `l.created_at <= `+l.arg(w.upto))
	}
	if k := w.after.key; !w.after.IsZero() {
		l.within = append(l.within, `(l.created_at < `+l.arg(w.after.at)+
			` OR (l.order_id, l.mer_id) < (`+l.arg(k.OrderID)+`, `+l.arg(k.MerID)+`))`)
	}
	return l
}

// arg adds an argument and returns its place in the text.
func (l *listing) arg(value any) string {
	l.args = append(l.args, value)
	return "$" + strconv.Itoa(len(l.args))
}

// branch adds what fulfils all the conditions; there must be at least one.
func (l *listing) branch(conditions ...string) {
	l.branches = append(l.branches, `SELECT * FROM (SELECT l.created_at, l.order_id, l.mer_id FROM `+l.from+` l
		WHERE `+allOf(append(conditions, l.within...))+`
		ORDER BY l.created_at DESC, l.order_id DESC, l.mer_id DESC LIMIT `+l.limit+`) AS b`+strconv.Itoa(len(l.branches)))
}

// allOf is the condition that all of some are fulfilled.
func allOf(conditions []string) string { return strings.Join(conditions, ` AND `) }

// query returns the text that selects columns of what the branches found, behind
// those of its spot. tables joins them to page.
func (l *listing) query(columns, tables string) string {
	const order = ` ORDER BY page.created_at DESC, page.order_id DESC, page.mer_id DESC`
	return `WITH found (created_at, order_id, mer_id) AS (` + strings.Join(l.branches, ` UNION ALL `) + `),
		page AS (SELECT * FROM found ORDER BY created_at DESC, order_id DESC, mer_id DESC LIMIT ` + l.limit + `)
		SELECT page.created_at, page.order_id, page.mer_id, ` + columns + ` FROM page ` + tables + order
}

// list adds arguments and returns their places, separated by commas.
func (l *listing) list(values []string) string {
	places := make([]string, len(values))
	for i, value := range values {
		places[i] = l.arg(value)
	}
	return strings.Join(places, ", ")
}

// distinct returns each of the texts once, in their order.
func distinct[S ~string](states []S) []S {
	return slices.Compact(slices.Sorted(slices.Values(states)))
}

func texts[S ~string](states []S) []string {
	list := make([]string, len(states))
	for i, state := range states {
		list[i] = string(state)
	}
	return list
}
