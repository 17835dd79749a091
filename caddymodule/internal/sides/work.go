package sides

import (
	"context"
	"errors"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/crash"
)

const (
	// lookEvery is how often the bridge looks which merchants have orders on v2, of
	// other bridges, too, and whether marks that wait can be written.
	lookEvery = time.Second
	// pruneEvery is how often marks that are too old are looked for.
	pruneEvery = time.Minute
)

// work does what is not done by requests, until ctx is done.
func (s *Sides) work(ctx context.Context) {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	pruned := s.now() // whoever fails to start has nothing forgotten
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
		case <-ticker.C:
		}
		if !s.used.Load() {
			continue
		}
		crash.Guard(s.log, "looking after the sides of orders", func() {
			err, now := s.catchUp(ctx), s.now()
			if err != nil || !s.timed() || now.Sub(pruned) < pruneEvery {
				return
			}
			more, err := s.prune(ctx)
			if !more || err != nil {
				pruned = now
			}
			if err != nil { // that it has ended well is old news
				tell(&s.marks, err)
			}
		})
	}
}

// tell tells whether the ledger has answered.
func tell(kind *answering, err error) {
	if !errors.Is(err, context.Canceled) {
		kind.away.Report(err)
	}
}

// catchUp reads who has moved, and makes up for marks when it is known how to date them.
func (s *Sides) catchUp(ctx context.Context) error {
	within, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	list, err := s.ledger.MerchantsWithOrders(within)
	tell(&s.reads, err)
	if err != nil {
		s.observer.MarksWaiting(s.late.len())
		return err
	}
	s.moved.know(list)
	if !s.timed() {
		return nil
	}
	waited := s.late.len() > 0
	err = s.makeUp(within)
	if waited || err != nil {
		tell(&s.marks, err)
	}
	return err
}
