package ledger

import (
	"context"
	"time"
)

// maxDetail is the longest text, in characters, that is kept with an event.
const maxDetail = 500

// Event is something that happened to an order: a step that it took, what was
// called and answered on the way, or what was odd and changed nothing. Key may be
// empty in part when the order is unknown.
type Event struct {
	Key
	At     time.Time
	Kind   string // "moved", a verdict such as "late", or what the caller named it
	Source string
	Detail string // short; no secrets
}

// AddEvent keeps something aside for an operator, such as a notice that does not
// match. Members of k are empty when the order is unknown. The zero at is now.
func (l *Ledger) AddEvent(ctx context.Context, k Key, kind, source, detail string, at time.Time) error {
	trail := newTrail(firstOf(at, l.now()), Event{Kind: kind, Source: source, Detail: detail})
	_, err := write(ctx, l, func(t *tx) (none, error) { return none{}, trail.add(t, k) })
	return wrap(err, "keeping event")
}

// Events returns what happened to an order, oldest first. It returns an empty
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
