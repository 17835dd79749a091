package ledger

import (
	"context"
)

// fewOrders is up to how many orders of some actions and amounts are looked at one by
// one. Where there are more of them, the newest are soon met along the other indexes.
const fewOrders = 1000

// byDeal reports whether the filter asks for what was paid how.
func (f OrderFilter) byDeal() bool {
	return len(f.Actions) > 0 || f.LeastAmount > 0 || f.MostAmount > 0
}

// deal is the conditions for actions and amounts. Those that begin with mark are
// looked at on the way.
func (f OrderFilter) deal(l *listing, mark string) []string {
	var conditions []string
	if len(f.Actions) > 0 {
		conditions = append(conditions, mark+`l.action IN (`+l.list(distinct(f.Actions))+`)`)
	}
	if f.LeastAmount > 0 {
		conditions = append(conditions, mark+`l.amount >= `+l.arg(f.LeastAmount))
	}
	if f.MostAmount > 0 {
		conditions = append(conditions, mark+`l.amount <= `+l.arg(f.MostAmount))
	}
	return conditions
}

// sought finds out whether the filter had better go by actions and amounts, and then
// returns it with all actions written out, which the index begins with.
func (l *Ledger) sought(ctx context.Context, f OrderFilter) (OrderFilter, error) {
	if !f.byDeal() || f.Open || !f.OverdueAt.IsZero() {
		return f, nil
	}
	return read(ctx, l, func(t *tx) (OrderFilter, error) {
		wanted := f
		if len(wanted.Actions) == 0 {
			known, err := all(t, scanText, actionsOfOrders)
			if err != nil || len(known) == 0 {
				return f, err
			}
			wanted.Actions = known
		}
		text, args := wanted.counting()
		n, err := one(t, scanCount, text, args...)
		if err != nil || n > fewOrders {
			return f, err
		}
		wanted.few = true
		return wanted, nil
	})
}

// actionsOfOrders goes from one action to the next along the index.
const actionsOfOrders = `WITH RECURSIVE found (action) AS (
		SELECT min(action) FROM orders
		UNION ALL SELECT (SELECT min(action) FROM orders WHERE action > found.action) FROM found WHERE found.action IS NOT NULL
	) SELECT action FROM found WHERE action IS NOT NULL`

// counting counts the orders of the actions and amounts, as far as it matters.
func (f OrderFilter) counting() (string, []any) {
	l := &listing{}
	conditions := f.deal(l, ``)
	return `SELECT count(*) FROM (SELECT 1 FROM orders l WHERE ` + allOf(conditions) + ` LIMIT ` + l.arg(fewOrders+1) + `) AS few`, l.args
}

// byAmount has a branch for each action: of what it selects there is little.
func (f OrderFilter) byAmount(l *listing) {
	for _, action := range distinct(f.Actions) {
		one := f
		one.Actions = []string{action}
		l.branch(append(one.deal(l, ``), f.rest(l)...)...)
	}
}

// rest is the conditions for merchant and states, which are looked at on the way.
func (f OrderFilter) rest(l *listing) []string {
	var conditions []string
	if f.MerID != "" {
		conditions = append(conditions, `{unindexed}l.mer_id = `+l.arg(f.MerID))
	}
	if len(f.States) > 0 {
		conditions = append(conditions, `{unindexed}l.state IN (`+l.list(texts(f.States))+`)`)
	}
	return conditions
}
