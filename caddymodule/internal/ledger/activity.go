package ledger

import (
	"context"
	"time"

	"github.com/paybridge/paybridge/translate"
)

// Activity is what a merchant has done on either side.
type Activity struct {
	Since time.Time // of the first order that is on record, whichever side it is on; zero for none
	Old   int       // orders of the old gateway since a time
	V2    map[translate.State]int
}

// maxActivity bounds the orders that are counted of a merchant and a side.
const maxActivity = 100_000

// What an operator has tried in a merchant's name (see notTried) is nothing that the
// merchant has done: its program never repeats it, and it says nothing of how well the
// merchant trades.
const (
	firstOld  = `SELECT at FROM old_orders WHERE mer_id = $1 ORDER BY at LIMIT 1`
	firstV2   = `SELECT created_at FROM orders WHERE mer_id = $1 AND ` + notTried + ` ORDER BY created_at LIMIT 1`
	recentOld = `SELECT count(*) FROM (SELECT at FROM old_orders WHERE mer_id = $1 AND at >= $2 LIMIT $3) AS recent`
	recentV2  = `SELECT state, count(*) FROM (SELECT state FROM orders
		WHERE mer_id = $1 AND created_at >= $2 AND ` + notTried + ` ORDER BY created_at DESC LIMIT $3) AS recent GROUP BY state`

	notTried = `order_id NOT LIKE '` + translate.TryPrefix + `%'`
)

// Activity returns what a merchant has done. It counts the orders since a time, 100,000
// of each side at most, but for tries. Marks of the old gateway's orders are pruned by their age.
func (l *Ledger) Activity(ctx context.Context, merID string, from time.Time) (Activity, error) {
	a, err := read(ctx, l, func(t *tx) (Activity, error) { return activity(t, merID, toMillis(from)) })
	return a, wrap(err, "counting the orders of a merchant")
}

func activity(t *tx, merID string, from millis) (Activity, error) {
	a := Activity{V2: map[translate.State]int{}}
	for _, text := range []string{firstOld, firstV2} {
		first, err := one(t, scanTime, text, merID)
		switch {
		case isNotFound(err):
			continue
		case err != nil:
			return Activity{}, err
		}
		if a.Since.IsZero() || first.Before(a.Since) {
			a.Since = first
		}
	}
	old, err := one(t, scanCount, recentOld, merID, from, maxActivity)
	if err != nil {
		return Activity{}, err
	}
	a.Old = int(old)
	_, err = all(t, func(from row) (none, error) {
		var state translate.State
		var n int
		err := from.Scan(&state, &n)
		a.V2[state] = n
		return none{}, err
	}, recentV2, merID, from, maxActivity)
	return a, err
}
