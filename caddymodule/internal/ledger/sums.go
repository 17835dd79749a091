package ledger

import (
	"context"
	"maps"
	"slices"
	"time"
)

// MerchantSum is what moved for one merchant in a stretch of time.
type MerchantSum struct {
	MerID    string
	Payments Sum
	Refunds  Sum
}

// Sum is how many orders moved money, and how much in all.
type Sum struct {
	Count int
	Fen   int64
}

// sumStatement sums up a movement by merchant.
func sumStatement(m Movement) string {
	row := movementRows[m]
	return `SELECT o.mer_id, count(*), CAST(sum(o.amount) AS BIGINT) FROM orders o
		WHERE ` + row.where + ` AND o.` + row.at + ` >= $1 AND o.` + row.at + ` < $2 GROUP BY o.mer_id`
}

// Sums sums up what moved from from to before to, by merchant. A merchant for whom
// nothing moved has none. Its cost grows with the orders of that time alone.
func (l *Ledger) Sums(ctx context.Context, from, to time.Time) ([]MerchantSum, error) {
	list, err := read(ctx, l, func(t *tx) ([]MerchantSum, error) {
		sums := make(map[string]MerchantSum)
		for _, m := range Movements() {
			if err := sumUp(t, m, from, to, sums); err != nil {
				return nil, err
			}
		}
		list := make([]MerchantSum, 0, len(sums))
		for _, merID := range slices.Sorted(maps.Keys(sums)) {
			list = append(list, sums[merID])
		}
		return list, nil
	})
	return list, wrap(err, "summing up")
}

func sumUp(t *tx, m Movement, from, to time.Time, sums map[string]MerchantSum) error {
	_, err := all(t, func(row row) (none, error) {
		var merID string
		var s Sum
		if err := row.Scan(&merID, &s.Count, &s.Fen); err != nil {
			return none{}, err
		}
		sum := sums[merID]
		sum.MerID = merID
		if m == Payment {
			sum.Payments = s
		} else {
			sum.Refunds = s
		}
		sums[merID] = sum
		return none{}, nil
	}, sumStatement(m), toMillis(from), toMillis(to))
	return err
}
