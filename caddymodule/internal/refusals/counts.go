package refusals

import (
	"cmp"
	"slices"
	"time"
)

// Count is how often requests of a merchant were refused for a cause.
type Count struct {
	MerID string // "" for requests that name no configured merchant
	Cause string // one of [Causes]
	Times int    // in the last day: this hour and the 23 before it
	Last  time.Time
}

// maxRows bounds the pairs of merchant and cause that are counted apart. Merchants
// are those of the configuration, whatever requests name, and a merchant has few
// causes; what goes beyond is counted without its merchant.
const maxRows = 4096

// day is the time that is counted, in hours.
const day = 24

// counts are the refusals of the last day.
type counts struct {
	rows     map[pair]*tally
	tidiedAt int64 // the hour: looking for old rows is dear where there are many
}

type pair struct{ merID, cause string }

// tally counts by the hour. A slot belongs to an hour of the last day.
type tally struct {
	slots [day]struct {
		hour  int64 // since 1970
		times int
	}
	last time.Time
}

func newCounts() *counts { return &counts{rows: make(map[pair]*tally)} }

func hourOf(t time.Time) int64 { return t.Unix() / 3600 }

func (c *counts) add(merID, cause string, now time.Time) {
	hour := hourOf(now)
	row := c.rows[pair{merID, cause}]
	if row == nil && len(c.rows) >= maxRows && c.tidiedAt != hour {
		c.forget(now)
		c.tidiedAt = hour
	}
	if row == nil && len(c.rows) >= maxRows {
		merID = "" // there is one such row for each cause
		row = c.rows[pair{merID, cause}]
	}
	if row == nil {
		row = new(tally)
		c.rows[pair{merID, cause}] = row
	}
	slot := &row.slots[hour%day]
	if slot.hour != hour {
		slot.hour, slot.times = hour, 0
	}
	slot.times++
	row.last = now
}

// forget drops the rows in which nothing was counted for a day.
func (c *counts) forget(now time.Time) {
	for key, row := range c.rows {
		if row.times(now) == 0 {
			delete(c.rows, key)
		}
	}
}

func (t *tally) times(now time.Time) int {
	sum := 0
	for _, slot := range t.slots {
		if age := hourOf(now) - slot.hour; age >= 0 && age < day {
			sum += slot.times
		}
	}
	return sum
}

// LastDay lists the refusals of the last day, and since when they are counted. The
// most frequent come first.
func (r *Recorder) LastDay() (list []Count, since time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	r.counts.forget(now)
	for key, row := range r.counts.rows {
		list = append(list, Count{MerID: key.merID, Cause: key.cause, Times: row.times(now), Last: row.last})
	}
	slices.SortFunc(list, Compare)
	if dayAgo := now.Add(-day * time.Hour); r.since.Before(dayAgo) {
		return list, dayAgo
	}
	return list, r.since
}

// Compare puts the most frequent first.
func Compare(a, b Count) int {
	return cmp.Or(cmp.Compare(b.Times, a.Times), cmp.Compare(a.MerID, b.MerID), cmp.Compare(a.Cause, b.Cause))
}
