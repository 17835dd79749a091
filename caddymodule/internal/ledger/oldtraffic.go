package ledger

import (
	"context"
	"slices"
	"time"
)

// OldTraffic is what went to the old gateway of one merchant at one path. What there
// was no room for has neither.
type OldTraffic struct {
	MerID   string // empty when the request did not name one
	Path    string
	Last    time.Time // when it was last seen
	Times   int64     // how often, about: an answer of the database that is lost may count twice
	Strange bool      // the merchant is not configured, or the path is not served: anybody can make these up
}

func (o OldTraffic) key() Key { return Key{MerID: o.MerID} }

const (
	// maxTraffic bounds the rows of what is not strange: thousands of merchants at a
	// few paths.
	maxTraffic = 100_000
	// maxStrange bounds the rows that anybody can make up.
	maxStrange = 1000
	// keepTraffic is how long what is not seen any more is told.
	keepTraffic = 90 * 24 * time.Hour
)

const (
	seeTraffic = `UPDATE old_traffic SET times = times + $3, last = CASE WHEN last < $4 THEN $4 ELSE last END, strange = $5
		WHERE mer_id = $1 AND path = $2`
	addTraffic = `INSERT INTO old_traffic (mer_id, path, last, times, strange) VALUES ($1, $2, $4, $3, $5)
		ON CONFLICT (mer_id, path) DO UPDATE SET times = old_traffic.times + excluded.times, last = excluded.last, strange = excluded.strange`
	countTraffic = `SELECT count(*) FROM old_traffic WHERE strange = $1 AND path <> ''`
	pruneTraffic = `DELETE FROM old_traffic WHERE last < $1`
	listTraffic  = `SELECT last, path, mer_id, mer_id, path, last, times, strange FROM old_traffic
		ORDER BY last DESC, mer_id, path LIMIT $1`
	listTrafficOf = `SELECT last, path, mer_id, mer_id, path, last, times, strange FROM old_traffic
		WHERE mer_id = $2 ORDER BY last DESC, mer_id, path LIMIT $1`
)

// AddOldTraffic adds what was seen since the last time, and forgets what was not seen
// for 90 days. It is for a list in which nothing comes twice. It returns how many, from
// the first, are written.
func (l *Ledger) AddOldTraffic(ctx context.Context, seen []OldTraffic) (written int, err error) {
	for batch := range slices.Chunk(seen, countsAtOnce) {
		if _, err := write(ctx, l, func(t *tx) (none, error) { return none{}, addTrafficOf(t, batch) }); err != nil {
			return written, wrap(err, "recording what goes to the old gateway")
		}
		written += len(batch)
	}
	_, err = write(ctx, l, func(t *tx) (int64, error) {
		return t.exec(pruneTraffic, toMillis(l.now().Add(-keepTraffic)))
	})
	return written, wrap(err, "forgetting what went to the old gateway")
}

func addTrafficOf(t *tx, batch []OldTraffic) error {
	room := trafficRoom{tx: t, rows: map[int]int64{}}
	for _, o := range batch {
		if err := addOldTraffic(t, &room, o); err != nil {
			return err
		}
	}
	return nil
}

func addOldTraffic(t *tx, room *trafficRoom, o OldTraffic) error {
	last, strange := toMillis(o.Last), 0
	if o.Strange {
		strange = 1
	}
	n, err := t.exec(seeTraffic, o.MerID, o.Path, o.Times, last, strange)
	if err != nil || n > 0 {
		return err
	}
	merID, path := o.MerID, o.Path
	if left, err := room.take(strange); err != nil {
		return err
	} else if !left {
		merID, path = "", ""
	}
	_, err = t.exec(addTraffic, merID, path, o.Times, last, strange)
	return err
}

// trafficRoom knows how many rows there are of either kind in a transaction, counted once:
// anybody can make up what is not there yet.
type trafficRoom struct {
	tx   *tx
	rows map[int]int64
}

// take reports whether there was room for one more row.
func (r *trafficRoom) take(strange int) (bool, error) {
	if _, counted := r.rows[strange]; !counted {
		n, err := one(r.tx, scanCount, countTraffic, strange)
		if err != nil {
			return false, err
		}
		r.rows[strange] = n
	}
	if r.rows[strange] >= map[int]int64{0: maxTraffic, 1: maxStrange}[strange] {
		return false, nil
	}
	r.rows[strange]++
	return true, nil
}

// OldTraffic returns up to limit of what went to the old gateway, the last first: of one
// merchant, or of all if merID is empty.
func (l *Ledger) OldTraffic(ctx context.Context, merID string, limit int) (List[OldTraffic], error) {
	text, args := listTraffic, []any{limit + 1}
	if merID != "" {
		text, args = listTrafficOf, append(args, merID)
	}
	list, err := listed(ctx, l, scanOldTraffic, limit, text, args...)
	return list, wrap(err, "listing what goes to the old gateway")
}

func scanOldTraffic(from row) (OldTraffic, error) {
	var o OldTraffic
	var last millis
	err := from.Scan(&o.MerID, &o.Path, &last, &o.Times, &o.Strange)
	o.Last = last.time()
	return o, err
}
