package sides

import (
	"context"
	"slices"
	"time"
)

const (
	// pruneRest is the pause after each step, for payments that wait for their marks.
	pruneRest = 5 * time.Millisecond
	// pruneFor is how long marks are forgotten at a time. When somebody keeps them for less
	// long from now on there may be millions, and those that wait to be written, and who has
	// moved, are looked after in between.
	pruneFor = lookEvery / 2
)

// began is when the work began. It is made before anything is marked by the same clock.
type began struct {
	shown  time.Time // by the clock that marks are dated by
	at     time.Time // to tell how long ago, whatever clocks are set to
	newest time.Time // order on record from before, once it is known
	asked  bool      // newest is known
}

// prune forgets marks that are too old for every configuration, in steps that keep
// nobody waiting, and reports whether there are more.
func (s *Sides) prune(ctx context.Context) (more bool, err error) {
	keeps := s.keeps.All()
	if len(keeps) == 0 || slices.Contains(keeps, Forever) {
		return false, nil
	}
	present, err := s.present(ctx)
	if err != nil {
		return false, err
	}
	before, began := present.Add(-slices.Max(keeps)), time.Now()
	for more = true; more && ctx.Err() == nil && time.Since(began) < pruneFor; {
		if more, err = s.ledger.PruneOld(ctx, before); err != nil {
			return more, err
		}
		select {
		case <-time.After(pruneRest):
		case <-ctx.Done():
		}
	}
	return more, nil
}

// present returns the time as far as orders bear it out. A machine may start with a clock that
// is years ahead, before the network tells it the time: by that clock every mark would be too
// old, and an order whose mark is gone could be paid a second time on v2. So no more time
// counts since the newest order from before the start than the bridge has run since. While no
// order came and it stood still time counts for nothing, and marks are kept for as much longer.
func (s *Sides) present(ctx context.Context) (time.Time, error) {
	if !s.began.asked {
		newest, err := s.ledger.NewestOrder(ctx, s.began.shown)
		if err != nil {
			return time.Time{}, err
		}
		s.began.newest, s.began.asked = newest, true
	}
	now := s.now()
	if s.began.newest.IsZero() {
		return now, nil
	}
	borne := s.began.newest.Add(time.Since(s.began.at))
	if now.Before(borne) {
		return now, nil
	}
	return borne, nil
}
