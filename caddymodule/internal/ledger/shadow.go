package ledger

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"
)

// ShadowCount is how often something was found of a merchant on a day while the old
// gateway served it, see package shadow.
type ShadowCount struct {
	MerID string
	Day   string // in Beijing: 2026-11-22

	// What was found, in the words of package shadow.
	Kind, Interface, Subject, Detail string

	Times   int
	LastAt  time.Time
	Example string // number of the last order of which it was found, "" where none was known
}

// Bounds of what is kept.
const (
	// shadowDays is how long counts are kept.
	shadowDays = 30
	// maxShadowRows is how many different things are kept of a merchant and a day. What
	// comes beyond it is counted as [ShadowOthers], by kind.
	maxShadowRows = 200
)

// ShadowOthers is the subject of what there was no room for.
const ShadowOthers = "others"

// AddShadowCounts adds counts to those of earlier. It returns how many of them, from
// the first, are written, and forgets counts that are older than 30 days, some at a
// time. For name see [Ledger.AddAnswers].
func (l *Ledger) AddShadowCounts(ctx context.Context, name string, counts []ShadowCount) (written int, err error) {
	oldest := l.now().AddDate(0, 0, -shadowDays).UTC().Format(time.DateOnly)
	for batch := range slices.Chunk(counts, countsAtOnce) {
		b := newShadowBatch(name, batch)
		if _, err := write(ctx, l, func(t *tx) (none, error) { return none{}, b.add(t, oldest) }); err != nil {
			return written, wrap(err, "counting what the shadow has found")
		}
		written += len(batch)
	}
	return written, nil
}

// shadowBatch is counts on their way into the ledger.
type shadowBatch struct {
	id     string
	counts []ShadowCount
}

func newShadowBatch(name string, counts []ShadowCount) shadowBatch {
	list := slices.Clone(counts)
	slices.SortFunc(list, compareShadow) // rows are locked in one order
	return shadowBatch{name, list}
}

func compareShadow(a, b ShadowCount) int {
	return cmp.Or(
		cmp.Compare(a.MerID, b.MerID), cmp.Compare(a.Day, b.Day), cmp.Compare(a.Kind, b.Kind),
		cmp.Compare(a.Interface, b.Interface), cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.Detail, b.Detail),
	)
}

// add writes the counts and forgets old ones.
func (b shadowBatch) add(t *tx, oldest string) error {
	room := 0
	for i, c := range b.counts {
		if i == 0 || c.MerID != b.counts[i-1].MerID || c.Day != b.counts[i-1].Day {
			n, err := one(t, scanCount, shadowRows, cut(c.MerID, maxNumber), cut(c.Day, maxNumber))
			if err != nil {
				return err
			}
			room = maxShadowRows - int(n)
		}
		id := fmt.Sprintf("%s%03d", b.id, i)
		known, err := c.addTo(t, id)
		if err == nil && !known {
			if room <= 0 {
				c.Subject, c.Detail, c.Example = ShadowOthers, "", ""
			}
			room--
			err = c.insert(t, id)
		}
		if err != nil {
			return err
		}
	}
	_, err := t.exec(pruneShadow, oldest, prunedAtOnce)
	return err
}

const (
	shadowRows = `SELECT count(*) FROM shadow_counts WHERE mer_id = $1 AND day = $2`

	shadowRow = `mer_id = $1 AND day = $2 AND kind = $3 AND interface = $4 AND subject = $5 AND detail = $6`

	addShadow = `UPDATE shadow_counts SET
		times = times + CASE WHEN batch = $10 THEN 0 ELSE $7 END, last_at = $8,
		example = CASE WHEN $9 = '' THEN example ELSE $9 END, batch = $10
		WHERE ` + shadowRow

	insertShadow = `INSERT INTO shadow_counts (mer_id, day, kind, interface, subject, detail, times, last_at, example, batch)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (mer_id, day, kind, interface, subject, detail) DO UPDATE SET
			times = shadow_counts.times + CASE WHEN shadow_counts.batch = excluded.batch THEN 0 ELSE excluded.times END,
			last_at = excluded.last_at, batch = excluded.batch`

	pruneShadow = `DELETE FROM shadow_counts WHERE (mer_id, day, kind, interface, subject, detail) IN (
		SELECT mer_id, day, kind, interface, subject, detail FROM shadow_counts WHERE day < $1 ORDER BY day LIMIT $2 {skip locked})`
)

// addTo adds the count to a row that is there already.
func (c ShadowCount) addTo(t *tx, batch string) (known bool, err error) {
	n, err := t.exec(addShadow, c.args(batch)...)
	return n > 0, err
}

func (c ShadowCount) insert(t *tx, batch string) error {
	_, err := t.exec(insertShadow, c.args(batch)...)
	return err
}

func (c ShadowCount) args(batch string) []any {
	return []any{
		cut(c.MerID, maxNumber), cut(c.Day, maxNumber), printable(c.Kind, maxNumber), printable(c.Interface, maxNumber),
		printable(c.Subject, maxNumber), printable(c.Detail, maxNumber), c.Times, toMillis(c.LastAt), printable(c.Example, maxNumber), batch,
	}
}

// ShadowCounts returns what was found of a merchant since a day, oldest day first.
// What cannot be read is missing.
func (l *Ledger) ShadowCounts(ctx context.Context, merID, since string) ([]ShadowCount, error) {
	list, err := listed(ctx, l, scanShadow, noLimit, shadowOfMerchant, merID, since)
	return list.Items, wrap(err, "reading what the shadow has found")
}

const shadowOfMerchant = `SELECT last_at, day, '', mer_id, day, kind, interface, subject, detail, times, last_at, example FROM shadow_counts
	WHERE mer_id = $1 AND day >= $2 ORDER BY mer_id, day, kind, interface, subject, detail`

func scanShadow(from row) (ShadowCount, error) {
	var c ShadowCount
	var at millis
	err := from.Scan(&c.MerID, &c.Day, &c.Kind, &c.Interface, &c.Subject, &c.Detail, &c.Times, &at, &c.Example)
	c.LastAt = at.time()
	return c, err
}
