package ledger

import (
	"context"
	"slices"
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

	// Repeats says, when writing, that an event which is there already, alike but
	// for the time, is counted instead of written again: whoever sends the same a
	// thousand times leaves no thousand rows.
	Repeats bool
	Times   int       // when reading: how often it came
	LastAt  time.Time // when reading: when it last came, if more than once
}

// UnpaidEvent is the kind of event that says of an order in doubt that the gateway
// knows it and that nobody has paid it.
const UnpaidEvent = "unpaid"

// lockOrder has whoever keeps events of an order wait for others who do, without reading it.
const lockOrder = `SELECT order_id FROM orders WHERE order_id = $1 AND mer_id = $2 {lock}`

// AddEvents keeps what happened to an order and changed nothing. An event without
// a time is of now.
func (l *Ledger) AddEvents(ctx context.Context, k Key, events ...Event) error {
	batch := newEventBatch(l.now(), events...)
	_, err := write(ctx, l, func(t *tx) (none, error) {
		if !t.dialect.alone && slices.ContainsFunc(events, func(e Event) bool { return e.Repeats }) {
			// Two that keep the same at once, and both find none, would write it twice.
			if _, err := all(t, scanText, lockOrder, k.OrderID, k.MerID); err != nil {
				return none{}, err
			}
		}
		return none{}, batch.add(t, k)
	})
	return wrap(err, "keeping events")
}

// Events returns what happened to an order, oldest first. It returns an empty
// list when there was nothing, or no such order.
func (l *Ledger) Events(ctx context.Context, k Key) (List[Event], error) {
	events, err := listed(ctx, l, scanEvent, noLimit, eventsOfOrder, k.OrderID, k.MerID)
	return events, wrap(err, "reading events")
}

const eventsOfOrder = `SELECT at, id, '', order_id, mer_id, at, kind, source, detail, times, last_at FROM events
	WHERE order_id = $1 AND mer_id = $2 ORDER BY at, id`

func scanEvent(from row) (Event, error) {
	var e Event
	var at, last millis
	err := from.Scan(&e.OrderID, &e.MerID, &at, &e.Kind, &e.Source, &e.Detail, &e.Times, &last)
	e.At, e.LastAt = at.time(), last.time()
	return e, err
}
