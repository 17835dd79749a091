package shadow

import (
	"sync"
	"time"

	"github.com/paybridge/paybridge/translate"
)

// Count is how often something was found of a merchant on a day.
type Count struct {
	MerID string
	Day   string // in Beijing: 2026-11-22
	Finding
	Times   int
	LastAt  time.Time
	Example string // number of the last order of which it was found, "" where none was known
}

// DayOf is the day that something was found on.
func DayOf(at time.Time) string { return at.In(translate.Beijing).Format(time.DateOnly) }

// maxCounts bounds the counts that wait to be written down.
const maxCounts = 4096

// tally gathers findings between two writes.
type tally struct {
	mu     sync.Mutex
	counts map[tallyKey]*Count
}

type tallyKey struct {
	merID, day string
	Finding
}

// add counts what was found in an exchange. What is new beyond the bound is lost.
func (t *tally) add(merID string, at time.Time, o Outcome) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, f := range o.Findings {
		t.merge(Count{MerID: merID, Day: DayOf(at), Finding: f, Times: 1, LastAt: at, Example: o.OrderID})
	}
}

// merge needs the lock.
func (t *tally) merge(c Count) {
	key := tallyKey{c.MerID, c.Day, c.Finding}
	known := t.counts[key]
	switch {
	case known == nil && len(t.counts) >= maxCounts:
	case known == nil:
		if t.counts == nil {
			t.counts = make(map[tallyKey]*Count)
		}
		t.counts[key] = &c
	default:
		known.Times += c.Times
		if !c.LastAt.Before(known.LastAt) {
			known.LastAt = c.LastAt
			if c.Example != "" {
				known.Example = c.Example
			}
		}
	}
}

// take returns what was counted since it was taken last.
func (t *tally) take() []Count {
	t.mu.Lock()
	counts := t.counts
	t.counts = nil
	t.mu.Unlock()
	list := make([]Count, 0, len(counts))
	for _, c := range counts {
		list = append(list, *c)
	}
	return list
}
