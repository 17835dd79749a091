package ledger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/paybridge/paybridge/translate"
)

// MinPurgeAge is how old an order is at least before it can be purged: older than every
// retry schedule, and than what merchants still ask about every day.
const MinPurgeAge = 30 * 24 * time.Hour

// readAtOnce bounds how many orders one read looks at to find those that can be purged.
const readAtOnce = 2000

// purgedAtOnce bounds how many orders one transaction purges, and so how long payments
// wait for it.
const purgedAtOnce = 50

// ErrTooYoung says that orders were to be purged that are younger than [MinPurgeAge].
var ErrTooYoung = errors.New("orders of the last 30 days are not purged")

// mayBePurged selects what nobody waits for any more, of orders o that were created and
// settled before $1.
const mayBePurged = `o.created_at < $1 AND o.settled_at < $1 AND o.purged_at = 0 AND o.next = 0
	AND NOT EXISTS (SELECT 1 FROM quarantine q
		WHERE q.order_id = o.order_id AND q.order_id <> '' AND q.mer_id = o.mer_id AND q.dealt_at = 0)
	AND NOT EXISTS (SELECT 1 FROM set_aside s WHERE s.order_id = o.order_id AND s.mer_id = o.mer_id)
	AND (o.state <> 'refund_failed' OR EXISTS (
		SELECT 1 FROM dealt d WHERE d.kind = 'refund' AND d.order_id = o.order_id AND d.mer_id = o.mer_id))
	AND NOT EXISTS (SELECT 1 FROM notifications n WHERE n.order_id = o.order_id AND n.mer_id = o.mer_id
		AND n.state NOT IN ('delivered', 'already_credited', 'withheld') AND NOT (n.state = 'exhausted' AND EXISTS (
			SELECT 1 FROM dealt d WHERE d.kind = 'notification' AND d.order_id = n.order_id AND d.mer_id = n.mer_id)))
	AND NOT EXISTS (SELECT 1 FROM notifications n WHERE n.order_id = o.order_id AND n.mer_id = o.mer_id AND n.again_until >= $1)`

const (
	// It goes by pages of what there is: what was purged before is most of it after some
	// years, and one read does not last that long.
	purgeableOfState = `SELECT o.order_id, o.mer_id, o.created_at, CASE WHEN ` + mayBePurged + ` THEN 1 ELSE 0 END
		FROM (SELECT l.order_id, l.mer_id FROM orders l WHERE l.state = $2 AND l.created_at < $1
			AND l.created_at >= $3 AND (l.created_at > $3 OR l.order_id > $4 OR (l.order_id = $4 AND l.mer_id > $5))
			ORDER BY l.created_at, l.order_id, l.mer_id LIMIT $6) AS page
		JOIN orders o ON o.order_id = page.order_id AND o.mer_id = page.mer_id
		ORDER BY o.created_at, o.order_id, o.mer_id`

	purgeableByKey = `SELECT o.order_id, o.mer_id, o.created_at FROM orders o
		WHERE o.order_id = $2 AND o.mer_id = $3 AND o.state = $4 AND ` + mayBePurged + ` {lock}`

	// Who sends a notification again locks it and not its order.
	lockNotification = `SELECT state FROM notifications WHERE order_id = $1 AND mer_id = $2 {lock}`
)

// emptied are the statements that purge an order. What is left in its row is what the
// rules of money go by: its numbers can never be used for another payment, a repeat is
// recognised by the fingerprint, a late notice is held against state and amount, and
// merchants are told its state as ever.
var emptied = []string{
	`DELETE FROM attempts WHERE order_id = $1 AND mer_id = $2`,
	`DELETE FROM events WHERE order_id = $1 AND mer_id = $2`,
	`DELETE FROM notifications WHERE order_id = $1 AND mer_id = $2`,
	`DELETE FROM dealt WHERE kind = 'notification' AND order_id = $1 AND mer_id = $2`,
}

const emptyOrder = `UPDATE orders SET back_url = '', front_url = '', open_id = '', client_ip = '', trace = '',
	form_action = '', pay_data = '', pay_id = '', words = '', purged_at = $3 WHERE order_id = $1 AND mer_id = $2`

// Purgeable walks through the final orders that were created and settled before a time.
type Purgeable struct {
	ledger *Ledger
	before millis
	states []translate.State // still to be walked through
	at     Cursor            // of the first of them
	unsure bool              // what became of the last transaction is not known
}

// Purgeable begins a walk. It returns [ErrTooYoung] for a time within [MinPurgeAge].
func (l *Ledger) Purgeable(before time.Time) (*Purgeable, error) {
	if before.After(l.now().Add(-MinPurgeAge)) {
		return nil, ErrTooYoung
	}
	final := translate.StatesWhere(func(s translate.StateRow) bool { return s.Final })
	p := &Purgeable{ledger: l, before: toMillis(before), states: final}
	return p, nil
}

// Archived is an order with everything that the ledger has of it.
type Archived struct {
	Key
	State translate.State
	Rows  []byte // every column of every row, as JSON, by table
}

// Next returns the next orders, no more than one transaction purges; none at the end.
func (p *Purgeable) Next(ctx context.Context) ([]Archived, error) {
	for len(p.states) > 0 {
		found, err := read(ctx, p.ledger, p.page)
		if err != nil {
			return nil, wrap(err, "reading what can be purged")
		}
		if p.at = found.until; found.last {
			p.states, p.at = p.states[1:], Cursor{}
		}
		if len(found.list) > 0 {
			return found.list, nil
		}
	}
	return nil, nil
}

// purgeablePage is what a read has found.
type purgeablePage struct {
	list  []Archived
	until Cursor // as far as it has looked
	last  bool   // there is nothing behind that in this state
}

func (p *Purgeable) page(t *tx) (purgeablePage, error) {
	places, err := all(t, scanPurgeable, purgeableOfState, p.before, string(p.states[0]), p.at.at, p.at.key.OrderID, p.at.key.MerID, readAtOnce)
	if err != nil {
		return purgeablePage{}, err
	}
	found := purgeablePage{until: p.at, last: len(places) < readAtOnce}
	for _, place := range places {
		if len(found.list) == purgedAtOnce {
			found.last = false
			break
		}
		found.until = place.Cursor
		if !place.may {
			continue
		}
		rows, err := rowsOf(t, place.key)
		if err != nil {
			return purgeablePage{}, err
		}
		found.list = append(found.list, Archived{Key: place.key, State: p.states[0], Rows: rows})
	}
	return found, nil
}

// purgeablePlace is the place of an order, and whether it may be purged.
type purgeablePlace struct {
	Cursor
	may bool
}

func scanPurgeable(from row) (purgeablePlace, error) {
	var p purgeablePlace
	err := from.Scan(&p.key.OrderID, &p.key.MerID, &p.at, &p.may)
	return p, err
}

func scanPlace(from row) (Cursor, error) {
	var c Cursor
	err := from.Scan(&c.key.OrderID, &c.key.MerID, &c.at)
	return c, err
}

// Purge forgets everything of orders but what the rules of money need, in one
// transaction, and returns how many there were. The caller has made what Next returned
// durable elsewhere; an order that has changed since, by as little as one column, is left
// as it is. After [ErrUnavailable] it may be called once more with the same list.
func (p *Purgeable) Purge(ctx context.Context, list []Archived) (int, error) {
	now := toMillis(p.ledger.now())
	unsure := p.unsure
	purged, err := write(ctx, p.ledger, func(t *tx) (int, error) {
		n := 0
		for _, a := range list {
			done, err := p.purge(t, a, now, t.again || unsure)
			if err != nil {
				return 0, err
			}
			if done {
				n++
			}
		}
		return n, nil
	})
	p.unsure = errors.Is(err, ErrUnavailable)
	return purged, wrap(err, "purging orders")
}

// purge reports whether the order is purged. One that is not there to be is so if an
// earlier run, whose outcome is not known, may have done it: again.
func (p *Purgeable) purge(t *tx, a Archived, now millis, again bool) (bool, error) {
	_, err := one(t, scanPlace, purgeableByKey, p.before, a.OrderID, a.MerID, string(a.State))
	if isNotFound(err) {
		return again, nil
	}
	if err != nil {
		return false, err
	}
	if _, err := one(t, scanText, lockNotification, a.OrderID, a.MerID); err != nil && !isNotFound(err) {
		return false, err
	}
	rows, err := rowsOf(t, a.Key)
	if err != nil || !bytes.Equal(rows, a.Rows) {
		return false, err
	}
	for _, text := range emptied {
		if _, err := t.exec(text, a.OrderID, a.MerID); err != nil {
			return false, err
		}
	}
	_, err = t.exec(emptyOrder, a.OrderID, a.MerID, now)
	return err == nil, err
}

// NotePurge puts on record that orders were, or are to be, purged; c.After says which.
func (l *Ledger) NotePurge(ctx context.Context, c Change) error {
	made, err := l.change(Key{}, "purge", c)
	if err == nil {
		_, err = write(ctx, l, func(t *tx) (none, error) {
			done, err := isMade(t, made)
			if done || err != nil {
				return none{}, err
			}
			return none{}, addChange(t, made)
		})
	}
	return wrap(err, "noting a purge")
}

// archivedTables are the tables with rows of an order, and how these are put in order.
var archivedTables = []struct{ name, by string }{
	{"orders", "order_id"},
	{"notifications", "order_id"},
	{"attempts", "n"},
	{"events", "at, id"},
	{"changes", "at, id"},
	{"quarantine", "id"},
	{"dealt", "kind"},
}

// rowsQuery names the condition of the index of messages in quarantine, which hold no
// order's number where it is not known.
func rowsQuery(table, by string) string {
	return fmt.Sprintf(`SELECT * FROM %s WHERE order_id = $1 AND order_id <> '' AND mer_id = $2 ORDER BY %s`, table, by)
}
