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

// add counts n orders more in a state, or fewer. An order may have moved between the
// two statements, which must not show as less than nothing.
func (o *Outcome) add(s translate.State, n int) {
	if n += o.States[s]; n > 0 {
		o.States[s] = n
	} else {
		delete(o.States, s)
	}
}

// maxOutcomes bounds the points of a plot.
const maxOutcomes = 2000

var countOutcomes = `SELECT CAST((created_at - $1) / $3 AS BIGINT), state, count(*) FROM orders
	WHERE ` + inStates(allStates) + `
	AND created_at >= $1 AND created_at < $2 GROUP BY 1, 2`

// countTried counts those of them that operators have tried the bridge with. They are
// looked up by what people did, which is little, so that counting the others reads
// nothing but an index. A try is recorded shortly before its order.
const countTried = `SELECT CAST((o.created_at - $1) / $3 AS BIGINT), o.state, count(*)
	FROM changes c JOIN orders o ON o.order_id = c.order_id AND o.mer_id = c.mer_id
	WHERE c.at >= $1 - 60000 AND c.at < $2 AND c.what = '` + string(TryPay) + `'
	AND o.created_at >= $1 AND o.created_at < $2 GROUP BY 1, 2`

// Outcomes counts the orders of merchants that were created from from to before to
// by their present state, in stretches of bucket; empty stretches are listed too. Its cost grows with
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
		counts := func(sign int) func(row) (none, error) {
			return func(from row) (none, error) {
				var i, n int
				var state translate.State
				err := from.Scan(&i, &state, &n)
				if err == nil {
					list[i].add(state, sign*n)
				}
				return none{}, err
			}
		}
		if _, err := all(t, counts(1), countOutcomes, first, last, width); err != nil {
			return nil, err
		}
		_, err := all(t, counts(-1), countTried, first, last, width)
		return list, err
	})
	return list, wrap(err, "counting outcomes")
}
