package ledger

import (
	"context"
	"crypto/rand"
	"time"
)

// maxDetail is the longest text, in characters, that is kept with an event.
const maxDetail = 500

// Event is something odd that happened to an order and changed nothing, or that
// an operator should be able to look up later. Key may be empty in part when the
// order is unknown.
type Event struct {
	Key
	At     time.Time
	Kind   string // a verdict such as "late", or what the caller named it
	Source string
	Detail string // short; no secrets
}

// AddEvent keeps something aside for an operator, such as a notice that does not
// match. Members of k are empty when the order is unknown. The zero at is now.
func (l *Ledger) AddEvent(ctx context.Context, k Key, kind, source, detail string, at time.Time) error {
	id := newEventID()
	e := Event{Key: k, At: firstOf(at, l.now()), Kind: kind, Source: source, Detail: detail}
	_, err := write(ctx, l, func(t *tx) (none, error) { return none{}, addEvent(t, id, e) })
	return wrap(err, "keeping event")
}

func addEvent(t *tx, id string, e Event) error {
	_, err := t.exec(`INSERT INTO events (order_id, mer_id, at, id, kind, source, detail)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
		cut(e.OrderID, maxNumber), cut(e.MerID, maxNumber), toMillis(e.At), id,
		printable(e.Kind, maxNumber), printable(e.Source, maxNumber), printable(e.Detail, maxDetail))
	return err
}

// Events returns what was odd about an order, oldest first. It returns an empty
// list when there was nothing, or no such order.
func (l *Ledger) Events(ctx context.Context, k Key) ([]Event, error) {
	events, err := read(ctx, l, func(t *tx) ([]Event, error) {
		return all(t, scanEvent, `SELECT order_id, mer_id, at, kind, source, detail FROM events
			WHERE order_id = $1 AND mer_id = $2 ORDER BY at, id`, k.OrderID, k.MerID)
	})
	return events, wrap(err, "reading events")
}

func scanEvent(from row) (Event, error) {
	var e Event
	var at millis
	err := from.Scan(&e.OrderID, &e.MerID, &at, &e.Kind, &e.Source, &e.Detail)
	e.At = at.time()
	return e, err
}

// newEventID is drawn outside of the transaction, so that a function that runs
// twice writes the same event.
func newEventID() string { return rand.Text() }
