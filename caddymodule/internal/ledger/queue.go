package ledger

import (
	"context"
	"sync"
)

// How much one search for due work reads, at most.
const (
	firstRows     = 256 // rows that are due, the oldest first
	walkMerchants = 256 // merchants with anything that waits, due or not
	walkHosts     = 512 // hosts of those that have room, together
	maxSearches   = 64  // searches of one claim
)

// queue finds what is due in a table, merchant by merchant. A search costs the same
// however much waits: it reads the oldest rows that are due. When there are more of
// them than it reads, it also goes on where the last search stopped, from merchant
// to merchant through the index, and so comes to everybody in turn, whatever waits
// in front. Within a merchant it does the same from host to host.
//
// In the texts of a search and of a claim, which come again and again, a limit is the
// value of an expression: SQLite plans a statement anew for each value of a parameter
// that is a limit by itself.
type queue struct {
	// due is asked with the time and a number of rows.
	due string
	// merchants is asked with a merchant and a number, for those behind it that
	// anything waits for.
	merchants string
	// hosts is asked with merchants, each with a host, with a number and the time,
	// for so many hosts of each behind that one.
	hosts string

	mu       sync.Mutex
	merchant string            // the last that was gone to
	host     map[string]string // the last host of merchants that have more than one search reads
}

// merchantsBehind returns the text of [queue].merchants for a table. waits is the
// condition on its rows q, that of the index over those that wait.
func merchantsBehind(table, waits string) string {
	behind := func(merID string) string {
		return `(SELECT min(q.mer_id) FROM ` + table + ` q WHERE ` + waits + ` AND q.mer_id > ` + merID + `)`
	}
	return `WITH RECURSIVE walk (mer_id, n) AS (
			SELECT ` + behind(`$1`) + `, 1
			UNION ALL
			SELECT ` + behind(`walk.mer_id`) + `, n + 1 FROM walk WHERE walk.mer_id IS NOT NULL AND n < $2
		) SELECT mer_id FROM walk WHERE mer_id IS NOT NULL`
}

// round is the way of one claim through a queue.
type round struct {
	*queue
	from string // the merchant it began behind
	ends int    // how often it came to the end of the index
	done bool   // it has come round
}

func (q *queue) round() *round {
	q.mu.Lock()
	defer q.mu.Unlock()
	return &round{queue: q, from: q.merchant}
}

// search returns piles with something due at now, the oldest first and then those
// that were gone to.
func (r *round) search(ctx context.Context, l *Ledger, now millis, room Room) ([]pile, error) {
	found, err := read(ctx, l, func(t *tx) ([]pile, error) { return all(t, scanPile, r.due, now, firstRows) })
	if err == nil && len(found) == firstRows {
		var gone []pile
		gone, err = r.walk(ctx, l, now, room)
		return append(found, gone...), wrap(err, "looking from merchant to merchant for what is due")
	}
	r.done = true // that is all there is
	return found, wrap(err, "looking for what is due")
}

// walk goes on to further merchants and returns what is due of those that have
// room.
func (r *round) walk(ctx context.Context, l *Ledger, now millis, room Room) ([]pile, error) {
	merchants, err := read(ctx, l, func(t *tx) ([]string, error) {
		return all(t, scanText, r.merchants, r.last(), walkMerchants)
	})
	if err != nil {
		return nil, err
	}
	open := r.goTo(merchants, room)
	if len(open) == 0 {
		return nil, nil
	}
	each := walkHosts / len(open)
	hosts, err := read(ctx, l, func(t *tx) ([]stop, error) {
		return all(t, scanStop, r.hosts, asElements(open), each, now)
	})
	if err != nil {
		return nil, err
	}
	return r.visit(open, hosts, each), nil
}

// last returns the merchant that was gone to last, empty for none.
func (q *queue) last() string {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.merchant
}

// goTo moves on over the merchants, not over more than one claim can serve, and
// returns those with room, each with the host that was gone to last.
func (r *round) goTo(merchants []string, room Room) []pile {
	r.mu.Lock()
	defer r.mu.Unlock()
	ended := len(merchants) < walkMerchants
	var open []pile
	for _, merID := range merchants {
		if len(open) == maxShares {
			ended = false
			break
		}
		r.merchant = merID
		if _, free := room.Merchant(merID); free > 0 {
			open = append(open, pile{merID, r.host[merID]})
		}
	}
	if ended {
		r.merchant = ""
		r.ends++
	}
	r.done = r.ends > 1 || r.ends == 1 && r.merchant >= r.from
	return open
}

// stop is a host that was gone to.
type stop struct {
	at  pile
	n   int // its place behind the one before
	due bool
}

// maxHostCursors bounds the merchants whose last host is remembered. When there
// are more, all begin again with their first.
const maxHostCursors = 10_000

// visit remembers how far it came with the hosts of each merchant, and returns
// those that something is due at.
func (q *queue) visit(open []pile, hosts []stop, each int) []pile {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.host == nil || len(q.host) > maxHostCursors {
		q.host = map[string]string{}
	}
	for _, p := range open {
		delete(q.host, p.merID)
	}
	var due []pile
	for _, s := range hosts {
		if s.n == each {
			q.host[s.at.merID] = s.at.host
		}
		if s.due {
			due = append(due, s.at)
		}
	}
	return due
}

// asElements makes {elements} of piles.
func asElements(piles []pile) string {
	keys := make([]Key, len(piles))
	for i, p := range piles {
		keys[i] = Key{OrderID: p.merID, MerID: p.host}
	}
	return elements(keys)
}

func scanPile(from row) (pile, error) {
	var p pile
	err := from.Scan(&p.merID, &p.host)
	return p, err
}

func scanStop(from row) (stop, error) {
	var s stop
	err := from.Scan(&s.at.merID, &s.at.host, &s.n, &s.due)
	return s, err
}

// claimBySearches searches for due work until claim gives something out or there is
// nothing that it could. claim returns how much it gave and whether another search
// may bring more.
func (l *Ledger) claimBySearches(
	ctx context.Context, q *queue, now millis, offer func() Room, claim func([]quota) (given int, again bool, err error),
) error {
	r := q.round()
	for range maxSearches {
		room := offer()
		found, err := r.search(ctx, l, now, room)
		if err != nil {
			return err
		}
		again := false
		if shares := share(found, room); len(shares) > 0 {
			var given int
			if given, again, err = claim(shares); err != nil || given > 0 {
				return err
			}
		}
		if r.done && !again {
			return nil
		}
		r.done = false
	}
	return nil
}
