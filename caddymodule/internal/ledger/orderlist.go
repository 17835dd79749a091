package ledger

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/paybridge/paybridge/translate"
)

// OrderFilter says which orders to list. The zero filter lists all; each member
// that is set leaves out what does not match it.
type OrderFilter struct {
	MerID     string
	States    []translate.State
	OverdueAt time.Time // only what has a next step that was due before this time
	Open      bool      // only what waits for a person: failed refunds that nobody has dealt with
	From, To  time.Time // only what was created from From to before To
	After     Cursor    // only what comes behind this one
	Limit     int       // at most 1000; 0 is 100

	Actions                 []string // only orders of these v1 actions
	LeastAmount, MostAmount int64    // only these amounts and what is between, in fen; 0 for no bound

	few bool // there are few orders of these actions and amounts
}

// The states of orders by what lists and gauges want of them.
var (
	allStates = translate.States()
	// openStates are those of an order that something is still to happen to.
	openStates = translate.StatesWhere(func(r translate.StateRow) bool { return !r.Final })
	// matterStates are those that wait for a person.
	matterStates = translate.StatesWhere(func(r translate.StateRow) bool { return r.Open })
	// usualStates are where most orders end. Of all others there are few, however
	// many orders there are.
	usualStates = translate.StatesWhere(func(r translate.StateRow) bool { return r.Final && !r.Open })
)

// inStates is the condition of a statement that its orders are in one of some
// states, which are written into it: planners then know how many rows that means.
func inStates(states []translate.State) string {
	return `state IN ('` + strings.Join(texts(states), `', '`) + `')`
}

// Orders lists the orders that a filter lets through, the newest first. For the
// next page, give [List.Next] as OrderFilter.After.
func (l *Ledger) Orders(ctx context.Context, f OrderFilter) (List[Order], error) {
	f, err := l.sought(ctx, f)
	if err != nil {
		return List[Order]{}, wrap(err, "listing orders")
	}
	text, args := f.query()
	orders, err := listed(ctx, l, scanOrder, limitOf(f.Limit), text, args...)
	return orders, wrap(err, "listing orders")
}

func (f OrderFilter) query() (string, []any) {
	l := newListing("orders", windowOf(f.From, f.To, f.After, f.Limit))
	switch {
	case f.Open:
		f.open(l)
	case !f.OverdueAt.IsZero():
		f.overdue(l)
	case f.few:
		f.byAmount(l)
	case f.MerID != "" && len(f.States) == 0:
		l.branch(append([]string{`l.mer_id = ` + l.arg(f.MerID)}, f.deal(l, `{unindexed}`)...)...)
	default:
		f.byState(l)
	}
	return l.query(orderColumns, `JOIN orders o ON o.order_id = page.order_id AND o.mer_id = page.mer_id`), l.args
}

// overdue goes by the next step: of what is overdue there is little.
func (f OrderFilter) overdue(l *listing) {
	conditions := []string{`l.next > 0 AND l.next < ` + l.arg(toMillis(f.OverdueAt))}
	conditions = append(conditions, f.rest(l)...)
	l.branch(append(conditions, f.deal(l, `{unindexed}`)...)...)
}

// open goes by the state: of what waits for a person there is little.
func (f OrderFilter) open(l *listing) {
	for _, state := range matterStates {
		conditions := []string{`l.state = ` + l.arg(string(state)), `{unindexed}` + notDealtWith(l, RefundMatter)}
		conditions = append(conditions, f.rest(l)...)
		l.branch(append(conditions, f.deal(l, `{unindexed}`)...)...)
	}
}

// byState has a branch for each state, which goes by the merchant or by the
// state, whichever leaves less to look at.
func (f OrderFilter) byState(l *listing) {
	states := distinct(f.States)
	if len(states) == 0 {
		states = allStates
		if !f.byDeal() {
			l.strays(OrderRow, texts(states))
		}
	}
	for _, state := range states {
		here, merchant := `l.state = `+l.arg(string(state)), f.MerID
		var conditions []string
		switch {
		case merchant == "":
			conditions = []string{here}
		case slices.Contains(usualStates, state):
			conditions = []string{`l.mer_id = ` + l.arg(merchant), `{unindexed}` + here}
		default:
			conditions = []string{here, `{unindexed}l.mer_id = ` + l.arg(merchant)}
		}
		l.branch(append(conditions, f.deal(l, `{unindexed}`)...)...)
	}
}
