package ledger

import (
	"context"
	"time"
)

// sampleAge is how long samples are kept.
const sampleAge = 8 * 24 * time.Hour

// Sample is what a gauge showed in one minute, for a plot of the past days.
type Sample struct {
	At        time.Time // the minute
	Waiting   int       // notifications
	Overdue   int       // notifications
	Exhausted int       // notifications
	InDoubt   int       // orders
	Pending   int       // orders
}

// AddSample keeps a sample of its minute, the first one that comes: bridges on
// one ledger do not double it. Samples older than eight days are deleted.
func (l *Ledger) AddSample(ctx context.Context, s Sample) error {
	at := s.At.Truncate(time.Minute)
	_, err := write(ctx, l, func(t *tx) (none, error) {
		_, err := t.exec(`INSERT INTO samples (at, waiting, overdue, exhausted, in_doubt, pending)
			VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
			toMillis(at), s.Waiting, s.Overdue, s.Exhausted, s.InDoubt, s.Pending)
		if err == nil {
			_, err = t.exec(`DELETE FROM samples WHERE at < $1`, toMillis(at.Add(-sampleAge)))
		}
		return none{}, err
	})
	return wrap(err, "keeping sample")
}

// Samples returns the samples from from to before to, oldest first. One that cannot
// be read is missing like that of a minute without a bridge.
func (l *Ledger) Samples(ctx context.Context, from, to time.Time) ([]Sample, error) {
	list, err := listed(ctx, l, scanSample, noLimit, samplesOfTime, toMillis(from), toMillis(to))
	return list.Items, wrap(err, "reading samples")
}

const samplesOfTime = `SELECT at, CAST(at AS TEXT), '', at, waiting, overdue, exhausted, in_doubt, pending FROM samples
	WHERE at >= $1 AND at < $2 ORDER BY samples.at`

func scanSample(from row) (Sample, error) {
	var s Sample
	var at millis
	err := from.Scan(&at, &s.Waiting, &s.Overdue, &s.Exhausted, &s.InDoubt, &s.Pending)
	s.At = at.time()
	return s, err
}
