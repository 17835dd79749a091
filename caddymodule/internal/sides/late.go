package sides

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/crash"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// maxLate bounds the marks that wait for the ledger: half an hour of 50 payments a
// second. When there are more, payments hear 96, for no payment goes anywhere without
// its mark.
const maxLate = 100_000

// maxLateStrange bounds those among them that strangers have made, so that they leave
// room for merchants: anybody can make up a number.
const maxLateStrange = maxLate / 2

// late are the marks of orders that were passed on without one: while the ledger was
// away, or because nobody could verify them until the old gateway had accepted them, or may have.
type late struct {
	mu    sync.Mutex
	marks map[ledger.Key]time.Time // when the order was first seen, by a clock that nobody sets
}

// add reports whether there is room among so many marks.
func (l *late) add(k ledger.Key, most int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, there := l.marks[k]; there {
		return true
	}
	if len(l.marks) >= most {
		return false
	}
	if l.marks == nil {
		l.marks = map[ledger.Key]time.Time{}
	}
	l.marks[k] = time.Now()
	return true
}

func (l *late) has(k ledger.Key) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, there := l.marks[k]
	return there
}

func (l *late) len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.marks)
}

// some returns up to so many marks.
func (l *late) some(most int) map[ledger.Key]time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	list := make(map[ledger.Key]time.Time, min(most, len(l.marks)))
	for k, at := range l.marks {
		if len(list) == most {
			break
		}
		list[k] = at
	}
	return list
}

func (l *late) remove(k ledger.Key) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.marks, k)
}

// date is when an order was seen, by the clock that the bridge goes by now.
func (s *Sides) date(seen time.Time) time.Time { return s.now().Add(-time.Since(seen)) }

// lateAtOnce is how many marks are written at once, so that they share a commit.
const lateAtOnce = 64

// makeUp writes the marks that wait, until none is left or the ledger fails.
func (s *Sides) makeUp(ctx context.Context) error {
	for {
		if err := ctx.Err(); err != nil {
			return err //nolint:wrapcheck // the caller tells kinds apart
		}
		marks := s.late.some(lateAtOnce)
		if len(marks) == 0 {
			return nil
		}
		if err := s.markLate(ctx, marks); err != nil {
			return err
		}
	}
}

func (s *Sides) markLate(ctx context.Context, marks map[ledger.Key]time.Time) error {
	var all sync.WaitGroup
	failures := make(chan error, len(marks))
	for k, seen := range marks {
		all.Go(func() {
			failures <- crash.Try(s.log, "writing down an order of the old gateway", func() error { return s.markOneLate(ctx, k, s.date(seen)) })
		})
	}
	all.Wait()
	close(failures)
	var errs []error
	for err := range failures {
		errs = append(errs, err)
	}
	s.observer.MarksWaiting(s.late.len())
	return errors.Join(errs...)
}

func (s *Sides) markOneLate(ctx context.Context, k ledger.Key, at time.Time) error {
	_, err := s.ledger.MarkOld(ctx, k, at)
	switch {
	case errors.Is(err, ledger.ErrOtherSide):
		s.observer.OrderMarked(MarkRefused)
		s.log.Error("an order is on both sides: it was passed on to the old gateway without a record, while the ledger was away or because its sender could not be verified, and begun on v2; look at both and give one payment back",
			zap.String("merid", k.MerID), zap.String("orderid", k.OrderID))
	case err == nil:
		s.observer.OrderMarked(MarkedLate)
	case !errors.Is(err, ledger.ErrInvalidNumber): // which v2 does not take either
		return err
	}
	s.late.remove(k)
	return nil
}
