package ledger

import "context"

// NextStart counts the bridges that have started on this ledger and returns the
// count, from 1. Bridges that follow each other or run beside each other thus
// get different numbers to make their own numbers from.
func (l *Ledger) NextStart(ctx context.Context) (int64, error) {
	n, err := write(ctx, l, func(t *tx) (int64, error) {
		return one(t, scanCount, `INSERT INTO pulse (id, at) VALUES ('start', 1)
			ON CONFLICT (id) DO UPDATE SET at = pulse.at + 1 RETURNING at`)
	})
	return n, wrap(err, "counting starts")
}

func scanCount(r row) (n int64, err error) {
	err = r.Scan(&n)
	return n, err
}
