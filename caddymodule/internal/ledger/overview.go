package ledger

import (
	"context"
	"fmt"
	"time"

	"github.com/paybridge/paybridge/translate"
)

const (
	nextOrder        = `SELECT COALESCE(min(next), 0) FROM orders WHERE next > 0`
	nextNotification = heads + `SELECT COALESCE(min(ready), 0) FROM heads`

	countNotifications = `SELECT state, count(*) FROM notifications WHERE state <> 'waiting' GROUP BY state
		UNION ALL SELECT state, count(*) FROM notifications WHERE state = 'waiting' GROUP BY state`
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

// Counts is how much there is of everything, and what waits longest.
type Counts struct {
	Orders        map[translate.State]int
	Notifications map[NotificationState]int
	// OldestInDoubt is when the oldest order in doubt was begun; zero for none.
	OldestInDoubt time.Time
}

// Counts counts orders and notifications by state, from indexes alone. It delays
// no writer, but takes some 150 ms for each million of orders: it is for a gauge,
// not for every request.
func (l *Ledger) Counts(ctx context.Context) (Counts, error) {
	counts, err := read(ctx, l, func(t *tx) (Counts, error) {
		c := Counts{Orders: map[translate.State]int{}, Notifications: map[NotificationState]int{}}
		if err := count(t, c.Orders, `SELECT state, count(*) FROM orders GROUP BY state`); err != nil {
			return c, err
		}
		if err := count(t, c.Notifications, countNotifications); err != nil {
			return c, err
		}
		oldest, err := one(t, scanTime,
			`SELECT COALESCE(min(created_at), 0) FROM orders WHERE state = $1`, string(translate.InDoubt))
		c.OldestInDoubt = oldest
		return c, err
	})
	return counts, wrap(err, "counting")
}

func count[S ~string](t *tx, into map[S]int, text string) error {
	_, err := all(t, func(from row) (none, error) {
		var state S
		var n int
		err := from.Scan(&state, &n)
		into[state] = n
		return none{}, err
	}, text)
	return err
}

func scanTime(from row) (time.Time, error) {
	var m millis
	err := from.Scan(&m)
	return m.time(), err
}
