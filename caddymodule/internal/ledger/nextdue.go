package ledger

import (
	"context"
	"fmt"
	"time"
)

const (
	nextOrder        = `SELECT CAST(COALESCE(min(next), 0) AS BIGINT) FROM orders WHERE next > 0`
	nextNotification = `SELECT CAST(COALESCE(min(ready + 0), 0) AS BIGINT) FROM notifications WHERE state = 'waiting'`
)

// NextDue returns when the next order and the next notification can be claimed;
// zero when none waits. Work that somebody holds counts with the end of its
// lease.
func (l *Ledger) NextDue(ctx context.Context) (orders, notifications time.Time, err error) {
	due, err := read(ctx, l, func(t *tx) ([2]time.Time, error) {
		order, err := one(t, scanTime, nextOrder)
		if err != nil {
			return [2]time.Time{}, err
		}
		notification, err := one(t, scanTime, nextNotification)
		return [2]time.Time{order, notification}, err
	})
	if err != nil {
		return time.Time{}, time.Time{}, fmt.Errorf("looking for what is due: %w", err)
	}
	return due[0], due[1], nil
}

func scanTime(from row) (time.Time, error) {
	var m millis
	err := from.Scan(&m)
	return m.time(), err
}
