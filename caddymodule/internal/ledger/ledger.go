package ledger

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/crash"
	"github.com/paybridge/paybridge/caddymodule/internal/ratelimit"
)

// Ledger is the durable record of orders and notifications. Its methods may be
// called from many goroutines.
//
// All methods return errors that wrap [ErrUnavailable] when the database does
// not do its work, and the context's error when the caller has hung up; in both
// cases a write may or may not have happened.
type Ledger struct {
	store store
	log   *zap.Logger
	now   func() time.Time

	orders, notifications *queue // where claims find what is due

	met *ratelimit.Interval[string] // rows that cannot be read, by name

	pulse pulse

	expected *atomic.Int64 // see Expect
}

func newLedger(s store, set settings) *Ledger {
	return &Ledger{
		store: s, log: set.log, now: set.now, orders: orderQueue(), notifications: notificationQueue(),
		met: ratelimit.NewInterval[string](meetEvery, maxMet), pulse: newPulse(),
		expected: set.gathering.expected,
	}
}

// store is the one place where SQLite and PostgreSQL differ.
type store interface {
	// write runs do in a transaction and commits it, unless do fails.
	write(ctx context.Context, do func(*tx) (any, error)) (any, error)
	// writeLocked takes a lock and then changes something, in a transaction, and returns
	// how many rows have changed. It is for changes that need nothing of what was found
	// before; where nobody else writes it takes no lock.
	writeLocked(ctx context.Context, lock, change statement) (changed int64, err error)
	// read runs do where it sees what is committed.
	read(ctx context.Context, do func(*tx) (any, error)) (any, error)
	// risks says how what was committed could be lost.
	risks(ctx context.Context) ([]bilingual.Said, error)
	// size measures, and counts no more than so many orders.
	size(ctx context.Context, counted int) (Size, error)
	// backup copies everything to a new file.
	backup(ctx context.Context, path string) error
	close() error
}

// Option changes how a ledger is opened.
type Option func(*settings)

type settings struct {
	log      *zap.Logger
	now      func() time.Time
	observer Observer
	// How the SQLite connection that writes is set up: how long it waits for a
	// foreign program to let go of the file, and what tests add.
	busy    time.Duration
	pragmas []string
	// How long one attempt at a transaction on PostgreSQL may take.
	attempt   time.Duration
	gathering gathering
}

// WithLogger sets where warnings about the database go; without it they are
// lost.
func WithLogger(log *zap.Logger) Option { return func(s *settings) { s.log = log } }

// WithClock sets what the ledger takes for the present where it is told no time:
// in [Ledger.Ping], and for members such as Order.CreatedAt and Update.At that are
// zero. Everything else goes by the times that callers give.
func WithClock(now func() time.Time) Option { return func(s *settings) { s.now = now } }

func settingsOf(options []Option) settings {
	s := settings{
		log: zap.NewNop(), now: time.Now, observer: unobserved{}, busy: 5 * time.Second, attempt: attemptTimeout,
		gathering: gathering{expected: new(atomic.Int64)},
	}
	for _, option := range options {
		option(&s)
	}
	return s
}

// Close ends the ledger after what is being written. Calls that come later fail
// with [ErrClosed]. It may be called again.
func (l *Ledger) Close() error { return l.store.close() }

// Risks says, in sentences for an operator, how the database as it is set up could
// lose what was committed.
func (l *Ledger) Risks(ctx context.Context) ([]bilingual.Said, error) {
	risks, err := l.store.risks(ctx)
	return risks, wrap(verdictOf(ctx, err), "inspecting database")
}

// none is the result of functions that have none.
type none = struct{}

func write[T any](ctx context.Context, l *Ledger, do func(*tx) (T, error)) (T, error) {
	value, err := through(ctx, l.store.write, guarded(l, do))
	l.meetError(ctx, err)
	return value, err
}

func writeLocked(ctx context.Context, l *Ledger, lock, change statement) (changed int64, err error) {
	changed, err = l.store.writeLocked(ctx, lock, change)
	err = verdictOf(ctx, err)
	l.meetError(ctx, err)
	return changed, err
}

func read[T any](ctx context.Context, l *Ledger, do func(*tx) (T, error)) (T, error) {
	value, err := through(ctx, l.store.read, guarded(l, do))
	l.meetError(ctx, err)
	return value, err
}

// guarded turns a panic of do into an error, so that it costs this one function and
// not those who share its commit, nor the process.
func guarded[T any](l *Ledger, do func(*tx) (T, error)) func(*tx) (T, error) {
	return func(t *tx) (value T, err error) {
		defer func() {
			if bug := recover(); bug != nil {
				err = crash.Log(l.log, "working on the ledger", bug)
			}
		}()
		return do(t)
	}
}

func through[T any](
	ctx context.Context, run func(context.Context, func(*tx) (any, error)) (any, error), do func(*tx) (T, error),
) (T, error) {
	value, err := run(ctx, func(t *tx) (any, error) { return do(t) })
	if err != nil {
		var zero T
		return zero, verdictOf(ctx, err)
	}
	return value.(T), nil
}

// wrap says what was being done when err came up.
func wrap(err error, doing string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, err)
}
