package ledger

import (
	"context"
	"fmt"
	"time"

	"github.com/paybridge/paybridge/translate"
)

// Outcome is what has become of the orders that were created in one stretch of
// time.
type Outcome struct {
	At     time.Time // the beginning
	States map[translate.State]int
}

// maxOutcomes bounds the points of a plot.
const maxOutcomes = 2000

var countOutcomes = `SELECT CAST((created_at - $1) / $3 AS BIGINT), state, count(*) FROM orders
	WHERE ` + inStates(allStates) + `
	AND created_at >= $1 AND created_at < $2 GROUP BY 1, 2`

// Outcomes counts the orders created from from to before to by their present
// state, in stretches of bucket; empty stretches are listed too. Its cost grows with
// the orders of that time alone. It refuses more than 2000 stretches.
func (l *Ledger) Outcomes(ctx context.Context, from, to time.Time, bucket time.Duration) ([]Outcome, error) {
	first, last, width := toMillis(from), toMillis(to), millis(bucket.Milliseconds())
	if width <= 0 || last <= first || (last-first-1)/width >= maxOutcomes {
		return nil, fmt.Errorf("counting outcomes: not 1 to %d stretches of %v from %v to %v", maxOutcomes, bucket, from, to)
	}
	list, err := read(ctx, l, func(t *tx) ([]Outcome, error) {
		list := make([]Outcome, (last-first-1)/width+1)
		for i := range list {
			list[i] = Outcome{(first + millis(i)*width).time(), map[translate.State]int{}}
		}
		_, err := all(t, func(from row) (none, error) {
			var i, n int
			var state translate.State
			err := from.Scan(&i, &state, &n)
			if err == nil {
				list[i].States[state] = n
			}
			return none{}, err
		}, countOutcomes, first, last, width)
		return list, err
	})
	return list, wrap(err, "counting outcomes")
}
