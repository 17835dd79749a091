package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Pause is a merchant that is not notified for the time being.
type Pause struct {
	MerID    string
	At       time.Time // since when
	Who      string
	Why      string
	Resuming bool // it is being resumed: what was parked is becoming due again
}

// Pause stops the notifications of a merchant and records the change. Nothing is
// lost: what comes up is parked in state Paused instead of being given to a
// sender, until [Ledger.ResumeMerchant]. What a sender has in its hands already is
// still sent. Pausing a paused merchant changes nothing and records nothing.
func (l *Ledger) Pause(ctx context.Context, merID string, c Change) error {
	if merID == "" || len(merID) > maxNumber {
		return fmt.Errorf("pausing merchant: MerID: not of 1 to %d bytes", maxNumber)
	}
	made, err := l.change(Key{MerID: merID}, "pause", c)
	if err == nil {
		_, err = write(ctx, l, func(t *tx) (none, error) { return none{}, pause(t, merID, made) })
	}
	return wrap(err, "pausing merchant")
}

func pause(t *tx, merID string, c change) error {
	if made, err := isMade(t, c); made || err != nil {
		return err
	}
	n, err := t.exec(`INSERT INTO pauses (mer_id, at, who, why, resume) VALUES ($1, $2, $3, $4, 0)
		ON CONFLICT (mer_id) DO UPDATE SET at = excluded.at, who = excluded.who, why = excluded.why, resume = 0
		WHERE pauses.resume > 0`,
		merID, toMillis(c.At), printable(c.Who, maxNumber), printable(c.Why, maxDetail))
	if err != nil || n == 0 {
		return err
	}
	return addChange(t, c.from("notified", "paused"))
}

// ResumeMerchant lets a paused merchant be notified again, records the change and
// makes everything that was parked due at due. It returns how much that was, at
// least. It returns [ErrNotFound] when the merchant is not paused.
//
// From the first moment nothing more is parked. What was parked becomes due in
// several transactions; should they be interrupted, [Ledger.FinishResuming], the
// next opening of the ledger or the next call for the merchant does the rest.
func (l *Ledger) ResumeMerchant(ctx context.Context, merID string, due time.Time, c Change) (resumed int, err error) {
	if due.IsZero() {
		return 0, errors.New("resuming merchant: due: missing: a waiting notification needs its time")
	}
	made, err := l.change(Key{MerID: merID}, "resume", c)
	if err == nil {
		_, err = write(ctx, l, func(t *tx) (none, error) { return none{}, resume(t, merID, toMillis(due), made) })
	}
	if err == nil {
		resumed, err = unpark(ctx, l, merID)
	}
	return resumed, wrap(err, "resuming merchant")
}

// resume ends the pause. The claims that are parking something of the merchant
// hold its row, so that they are done with when it has been changed.
func resume(t *tx, merID string, due millis, c change) error {
	if made, err := isMade(t, c); made || err != nil {
		return err
	}
	n, err := t.exec(`UPDATE pauses SET resume = $2 WHERE mer_id = $1 AND resume = 0`, merID, due)
	if err != nil {
		return err
	}
	if n == 0 { // perhaps an earlier resuming is not finished
		_, err = one(t, scanText, `SELECT mer_id FROM pauses WHERE mer_id = $1`, merID)
		return err
	}
	return addChange(t, c.from("paused", "notified"))
}

// unparkedAtOnce bounds what one transaction makes due again.
const unparkedAtOnce = 1000

// unpark makes due, in several transactions, what was parked of a merchant whose
// pause has ended, and returns how much it was.
func unpark(ctx context.Context, l *Ledger, merID string) (int, error) {
	for total := 0; ; {
		n, err := write(ctx, l, func(t *tx) (int, error) { return unparkSome(t, merID) })
		total += n
		if err != nil || n < unparkedAtOnce {
			return total, err
		}
	}
}

const parked = `SELECT order_id, mer_id FROM notifications
	WHERE state = 'paused' AND mer_id = $1 ORDER BY created_at LIMIT $2 {lock}`

// unparkSome returns less than it may take when nothing is left; then the pause is
// forgotten. It does nothing when the merchant has been paused once more.
func unparkSome(t *tx, merID string) (int, error) {
	due, err := one(t, scanTime, `SELECT CAST(resume AS BIGINT) FROM pauses WHERE mer_id = $1 AND resume > 0 {lock}`, merID)
	if isNotFound(err) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	keys, err := all(t, scanKey, parked, merID, unparkedAtOnce)
	if err != nil {
		return 0, err
	}
	_, err = t.exec(`UPDATE notifications SET state = 'waiting', due = $2, ready = $2
		WHERE (order_id, mer_id) IN (SELECT value->>0, value->>1 FROM {elements})`, elements(keys), toMillis(due))
	if err == nil && len(keys) < unparkedAtOnce {
		_, err = t.exec(`DELETE FROM pauses WHERE mer_id = $1`, merID)
	}
	return len(keys), err
}

func scanKey(from row) (Key, error) {
	var k Key
	err := from.Scan(&k.OrderID, &k.MerID)
	return k, err
}

// FinishResuming does what is left of resumings that were interrupted: by a
// database that went away, or because the caller did.
func (l *Ledger) FinishResuming(ctx context.Context) error {
	merchants, err := read(ctx, l, func(t *tx) ([]string, error) {
		return all(t, scanText, `SELECT mer_id FROM pauses WHERE resume > 0`)
	})
	for _, merID := range merchants {
		_, failed := unpark(ctx, l, merID)
		err = errors.Join(err, failed) // of one merchant; the others go on
	}
	return wrap(err, "finishing to resume merchants")
}

// PausedMerchants returns the merchants that are paused, and those whose resuming
// is not finished, by number. Those whose row cannot be read are paused as well.
func (l *Ledger) PausedMerchants(ctx context.Context) (List[Pause], error) {
	list, err := listed(ctx, l, scanPause, noLimit, pausedMerchants)
	return list, wrap(err, "listing paused merchants")
}

const pausedMerchants = `SELECT at, '', mer_id, mer_id, resume > 0, at, who, why FROM pauses ORDER BY mer_id`

func scanPause(from row) (Pause, error) {
	var p Pause
	var at millis
	err := from.Scan(&p.MerID, &p.Resuming, &at, &p.Who, &p.Why)
	p.At = at.time()
	return p, err
}
