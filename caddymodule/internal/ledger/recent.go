package ledger

import "context"

// recentAttempts goes from each order to its newest attempt.
const recentAttempts = `SELECT l.at, CAST(l.n AS TEXT), '', l.order_id, l.mer_id, l.n, l.at, l.duration, l.status, l.class, l.cause, l.excerpt
	FROM {elements} JOIN attempts l ON l.order_id = value->>0 AND l.mer_id = value->>1
	WHERE l.n = (SELECT max(q.n) FROM attempts q WHERE q.order_id = l.order_id AND q.mer_id = l.mer_id)`

// LastAttempts returns the newest call that was made for each of some orders. Those
// that none was made for, and those whose row cannot be read, are missing.
func (l *Ledger) LastAttempts(ctx context.Context, keys []Key) (map[Key]Attempt, error) {
	list, err := listed(ctx, l, scanAttempt, noLimit, recentAttempts, elements(keys))
	return byKey(list.Items), wrap(err, "reading the newest attempts")
}

// firstAttempts goes from each order to its first attempt of a class.
const firstAttempts = `SELECT l.at, CAST(l.n AS TEXT), '', l.order_id, l.mer_id, l.n, l.at, l.duration, l.status, l.class, l.cause, l.excerpt
	FROM {elements} JOIN attempts l ON l.order_id = value->>0 AND l.mer_id = value->>1
	WHERE l.n = (SELECT min(q.n) FROM attempts q WHERE q.order_id = l.order_id AND q.mer_id = l.mer_id AND q.class = $2)`

// FirstAttempts returns the first call of a class that was made for each of some
// orders. Those without one, and those whose row cannot be read, are missing.
func (l *Ledger) FirstAttempts(ctx context.Context, keys []Key, class string) (map[Key]Attempt, error) {
	list, err := listed(ctx, l, scanAttempt, noLimit, firstAttempts, elements(keys), class)
	return byKey(list.Items), wrap(err, "reading the first attempts")
}

// recentEvents goes from each order to its events.
const recentEvents = `SELECT l.at, l.id, '', l.order_id, l.mer_id, l.at, l.kind, l.source, l.detail, l.times, l.last_at
	FROM {elements} JOIN events l ON l.order_id = value->>0 AND l.mer_id = value->>1
	WHERE l.kind = $2 ORDER BY l.at, l.id`

// EventsOf returns what of one kind happened to some orders, oldest first. What cannot
// be read is missing.
func (l *Ledger) EventsOf(ctx context.Context, keys []Key, kind string) ([]Event, error) {
	list, err := listed(ctx, l, scanEvent, noLimit, recentEvents, elements(keys), kind)
	return list.Items, wrap(err, "reading events of orders")
}

func byKey(list []keyedAttempt) map[Key]Attempt {
	attempts := make(map[Key]Attempt, len(list))
	for _, a := range list {
		attempts[a.Key] = a.Attempt
	}
	return attempts
}
