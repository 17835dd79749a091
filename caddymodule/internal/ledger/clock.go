package ledger

import (
	"context"
	"time"
)

// CommonTime returns the time of the database's clock, by which all bridges on one
// ledger go; shared is false where a ledger serves but one.
func (l *Ledger) CommonTime(ctx context.Context) (now time.Time, shared bool, err error) {
	at, err := read(ctx, l, func(t *tx) (time.Time, error) {
		if t.dialect.now == "" {
			return time.Time{}, nil
		}
		return one(t, scanTime, `SELECT `+t.dialect.now)
	})
	return at, !at.IsZero(), wrap(err, "asking the database for the time")
}

const (
	clockOffset  = `SELECT at FROM pulse WHERE id = 'clock_offset'`
	keepOffset   = `INSERT INTO pulse (id, at) VALUES ('clock_offset', $1) ON CONFLICT (id) DO UPDATE SET at = excluded.at`
	forgetOffset = `DELETE FROM pulse WHERE id = 'clock_offset'`
)

// KeepClockOffset writes down how far the machine's clock is ahead of the one that
// what is stored goes by. The next opening, which takes the time from the machine,
// moves everything that is not finished by as much.
func (l *Ledger) KeepClockOffset(ctx context.Context, ahead time.Duration) error {
	_, err := write(ctx, l, func(t *tx) (none, error) {
		_, err := t.exec(keepOffset, ahead.Milliseconds())
		return none{}, err
	})
	return wrap(err, "recording that the clock was set")
}

// moveTimes are the times that something goes by yet: whether a refund was submitted, and how
// long the gateway has known nothing of it, is told by the events of its order. What is
// over stays as it was recorded, but for what cannot have happened yet, see moveToCome and
// moveMarks.
var moveTimes = []string{
	`UPDATE events SET ` + moveEvent + `
		WHERE (order_id, mer_id) IN (SELECT order_id, mer_id FROM orders WHERE next > 0)`,
	`UPDATE orders SET created_at = created_at + $1, expires_at = expires_at + $1, next = next + $1,
		sent_at = CASE WHEN sent_at > 0 THEN sent_at + $1 ELSE 0 END WHERE next > 0`,
	`UPDATE notifications SET due = due + $1, ready = ready + $1 WHERE state = 'waiting'`,
	`UPDATE once SET until = until + $1`,
}

const moveEvent = `at = at + $1, last_at = CASE WHEN last_at > 0 THEN last_at + $1 ELSE 0 END`

// moveToCome moves the events of orders at rest of which something is on record that the
// machine's clock has not come to yet: a clock that was ahead wrote it down. Such an order can
// be taken up again, and what happens to it then is the last that did. All events are read for
// that, once, after a clock was set back.
const moveToCome = `UPDATE events SET ` + moveEvent + `
	WHERE (order_id, mer_id) IN (SELECT order_id, mer_id FROM events WHERE at > $2)
	AND (order_id, mer_id) IN (SELECT order_id, mer_id FROM orders WHERE next = 0)`

// moveMarks moves the marks of the old gateway's orders, which are forgotten when they are
// old. A clock that was ahead has made some of them; those from before it went wrong are
// right, and would be forgotten too early, and their orders paid twice. Both are told apart
// by the machine's clock as it is now: what it has not come to yet was made by the wrong one.
// The others may be kept for longer.
const moveMarks = `UPDATE old_orders SET at = at + $1 WHERE at > $2`

const (
	lastSample = `SELECT COALESCE(max(at), 0) FROM samples`
	// forgetSamples deletes what a clock that was ahead has written for plots.
	forgetSamples = `DELETE FROM samples WHERE at > $1`
)

// takeClockOffset moves what is not finished to the clock of the machine, if it
// went by another, and returns by how much.
func takeClockOffset(ctx context.Context, l *Ledger) (time.Duration, error) {
	now := toMillis(l.now())
	moved, err := write(ctx, l, func(t *tx) (millis, error) {
		o, err := offsetAt(t, now)
		if err != nil || o == (offset{}) {
			return 0, err
		}
		return o.whole(), moveAll(t, o, now)
	})
	return time.Duration(moved) * time.Millisecond, wrap(err, "moving due times to the clock of the machine")
}

// offset is how far the machine's clock is ahead of the one that what is stored goes by; it is
// negative where the clock was set back.
type offset struct {
	noted  millis // by the bridge that ran last, for it saw the clock being set
	unseen millis // never positive: a clock that was set ahead looks as if no bridge had run for long
}

func (o offset) whole() millis { return o.noted + o.unseen }

// offsetAt finds the offset when the machine's clock shows now. Where that is before the
// sample that the bridge took each minute, the clock was set back after that, by as much or,
// if time has passed, by more.
func offsetAt(t *tx, now millis) (o offset, err error) {
	if o.noted, err = one(t, scanMillis, clockOffset); err != nil && !isNotFound(err) {
		return o, err
	}
	last, err := one(t, scanMillis, lastSample)
	if err != nil {
		return o, err
	}
	o.unseen = min(0, now-(last+o.noted))
	return o, nil
}

// moveAll moves what is stored by an offset.
func moveAll(t *tx, o offset, now millis) error {
	ahead, marksSince := o.whole(), now
	if ahead > 0 { // all of them become younger
		marksSince = 0
	}
	// What nobody saw may be a machine whose clock is behind until a time service sets it. What
	// is over would not be moved forward again then, and stays.
	if o.noted < 0 {
		if _, err := t.exec(moveToCome, o.noted, now); err != nil {
			return err
		}
	}
	for _, move := range moveTimes {
		if _, err := t.exec(move, ahead); err != nil {
			return err
		}
	}
	if _, err := t.exec(moveMarks, ahead, marksSince); err != nil {
		return err
	}
	if _, err := t.exec(forgetSamples, now); err != nil {
		return err
	}
	_, err := t.exec(forgetOffset)
	return err
}

func scanMillis(from row) (millis, error) {
	var m millis
	err := from.Scan(&m)
	return m, err
}
