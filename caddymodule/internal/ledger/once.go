package ledger

import (
	"context"
	"fmt"
	"time"
)

// prunedAtOnce bounds how many rows that nobody needs any more are deleted by
// the way.
const prunedAtOnce = 32

// UseOnce uses up id, which is of no use to anybody after until. It returns
// [ErrUsed] the second time, and after until, because what was used is forgotten
// then.
func (l *Ledger) UseOnce(ctx context.Context, id string, until time.Time) error {
	now := l.now()
	if id == "" || len(id) > maxNumber {
		return fmt.Errorf("using once: id: not of 1 to %d bytes", maxNumber)
	}
	if !until.After(now) {
		return fmt.Errorf("using once: %w: its time is over", ErrUsed)
	}
	owner := newEventID()
	_, err := write(ctx, l, func(t *tx) (none, error) { return none{}, useOnce(t, id, owner, toMillis(until), toMillis(now)) })
	return wrap(err, "using once")
}

func useOnce(t *tx, id, owner string, until, now millis) error {
	n, err := t.exec(`INSERT INTO once (id, owner, until) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, id, owner, until)
	if err != nil {
		return err
	}
	if n == 0 {
		return usedBefore(t, id, owner)
	}
	_, err = t.exec(`DELETE FROM once WHERE id IN (
		SELECT id FROM once WHERE until < $1 ORDER BY until LIMIT $2 {skip locked})`, now, prunedAtOnce)
	return err
}

// usedBefore returns nil when it was an earlier run of the same function that
// used id.
func usedBefore(t *tx, id, owner string) error {
	by, err := one(t, scanText, `SELECT owner FROM once WHERE id = $1`, id)
	if err != nil && !isNotFound(err) {
		return err
	}
	if t.again && by == owner {
		return nil
	}
	return ErrUsed
}
