// Package routecache gives a bridge the routes of merchants without asking the ledger
// about each request.
//
// A bridge goes by a copy of the routes on record. It is read anew while requests
// come, and nothing is done by a copy that is older than [MaxAge]: so every bridge
// follows a change within that time, however busy or cut off it is. Above all the
// way back does not depend on anything being told to anybody.
//
// With the ledger away the copy grows old. Then the two directions differ. A merchant
// that was on the old gateway when last seen goes on there, because the bridge must
// not be what fails in front of it. That one was on v2 when last seen says nothing any
// more: somebody may have turned it back, and [ErrUnknown] is the answer.
package routecache

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/crash"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/outage"
	"github.com/paybridge/paybridge/caddymodule/internal/route"
)

const (
	// MaxAge is how old a copy may be that orders go to v2 by: the second within which
	// everybody follows a change, less what a decision takes.
	MaxAge = 750 * time.Millisecond
	// refreshAge is from which age on a copy is read anew while it is still good, so
	// that nobody waits for that.
	refreshAge = 250 * time.Millisecond
	// patience bounds one reading, and so how long a request waits for it.
	patience = 2 * time.Second
	// retryAfter is how long a ledger that was away is not asked again.
	retryAfter = 250 * time.Millisecond
	// maxTries is how often a request waits for a reading that is too old when it ends.
	maxTries = 2
)

// ErrUnknown says that nobody can tell the route of a merchant, because the ledger is
// away.
var ErrUnknown = errors.New("route cannot be read: the ledger is away")

// Source is where the routes are on record: the ledger.
type Source interface {
	RouteRevision(ctx context.Context) (int64, error)
	Routes(ctx context.Context) (ledger.Routes, error)
}

// Cache has a copy of the routes. Its methods may be called from many goroutines.
type Cache struct {
	source Source
	log    *zap.Logger
	passed func() time.Duration

	latest atomic.Pointer[table] // nil until the first reading

	mu      sync.Mutex
	running *reading      // nil when nobody reads
	failed  *reading      // the last one, when it failed
	expired time.Duration // what was read before that is too old
	away    *outage.Log
	ctx     context.Context // ends with close
	stop    context.CancelFunc
	workers sync.WaitGroup
}

// reading is one look at the ledger.
type reading struct {
	began time.Duration
	done  chan struct{}
	ended time.Duration // once done
	err   error         // once done
}

// New makes an empty cache. passed is a clock that nobody can set.
func New(source Source, log *zap.Logger, passed func() time.Duration) *Cache {
	c := &Cache{source: source, log: log, passed: passed, away: outage.New(log, zap.ErrorLevel,
		"routes cannot be read: merchants on the old gateway stay there, payments of those on v2 hear 96",
		"routes can be read again")}
	c.ctx, c.stop = context.WithCancel(context.Background())
	return c
}

// Of returns where the new orders of a merchant go; fallback is for merchants of whom
// nothing is on record.
func (c *Cache) Of(ctx context.Context, merID string, fallback route.Route) (route.Route, error) {
	for range maxTries {
		known := c.latest.Load()
		age := c.ageOf(known)
		if age > refreshAge {
			reading := c.read()
			if age > MaxAge && !c.goesOn(known, merID, fallback) {
				if err := reading.wait(ctx); err != nil {
					break
				}
				continue
			}
		}
		return known.of(merID, fallback), nil
	}
	// Once more: what was waited for may be what is needed, or all that is left.
	known := c.latest.Load()
	last := known.of(merID, fallback)
	if known == nil || last.Mode == route.ModeV2 && c.ageOf(known) > MaxAge {
		return last, ErrUnknown
	}
	return last, nil
}

// Last returns the route of a merchant when it was last seen, without waiting for
// anything.
func (c *Cache) Last(merID string, fallback route.Route) route.Route {
	known := c.latest.Load()
	if c.ageOf(known) > refreshAge {
		c.read()
	}
	return known.of(merID, fallback)
}

// Mark tells the route of a merchant, when it was last seen, from those before and
// after it.
func (c *Cache) Mark(merID string) ledger.RouteMark {
	known := c.latest.Load().onRecord(merID)
	if known.Route.Mode == "" {
		return ledger.RouteMark{}
	}
	return known.Mark()
}

// Since grows when the route of a merchant is seen to be another one. It tells two times
// apart in which a merchant follows the configuration: those have the same mark.
func (c *Cache) Since(merID string) int64 { return c.latest.Load().since(merID) }

// Expire makes the copy too old to go by: the caller has changed a route.
func (c *Cache) Expire() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.expired = c.passed()
}

// Close ends readings under way.
func (c *Cache) Close() {
	c.mu.Lock()
	c.stop()
	c.mu.Unlock() // nothing begins any more
	c.workers.Wait()
}

// goesOn reports whether a merchant needs not wait for a reading: the ledger was away
// a moment ago, no longer than a reading takes, and the merchant was on the old gateway
// when last seen.
func (c *Cache) goesOn(known *table, merID string, fallback route.Route) bool {
	c.mu.Lock()
	away := c.failed != nil && c.passed()-c.failed.ended < patience+retryAfter
	c.mu.Unlock()
	return away && known != nil && known.of(merID, fallback).Mode != route.ModeV2
}

// ageOf is how old a copy is.
func (c *Cache) ageOf(t *table) time.Duration {
	const never = time.Hour
	if t == nil {
		return never
	}
	c.mu.Lock()
	expired := c.expired
	c.mu.Unlock()
	if expired > 0 && t.asOf <= expired {
		return never
	}
	return c.passed() - t.asOf
}

// read returns the reading under way, or begins one.
func (c *Cache) read() *reading {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.passed()
	switch {
	case c.running != nil:
		return c.running
	case c.failed != nil && now-c.failed.began < retryAfter, c.ctx.Err() != nil:
		return c.failed
	}
	r := &reading{began: now, done: make(chan struct{})}
	c.running = r
	c.workers.Go(func() {
		c.finish(r, crash.Try(c.log, "reading the routes of merchants", func() error { return c.refresh(r) }))
	})
	return r
}

// refresh brings the copy up to date, or finds that it is.
func (c *Cache) refresh(r *reading) error {
	ctx, cancel := context.WithTimeout(c.ctx, patience)
	defer cancel()
	known := c.latest.Load()
	if known != nil {
		revision, err := c.source.RouteRevision(ctx)
		if err != nil {
			return err
		}
		if revision == known.revision {
			c.latest.Store(known.seen(r.began))
			return nil
		}
	}
	routes, err := c.source.Routes(ctx)
	if err != nil {
		return err
	}
	c.latest.Store(tableOf(routes, r.began, known))
	c.log.Info("routes of merchants read", zap.Int64("revision", routes.Revision), zap.Int("routes", len(routes.Items)))
	return nil
}

func (c *Cache) finish(r *reading, err error) {
	if c.ctx.Err() == nil {
		c.away.Report(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	r.ended, r.err, c.running, c.failed = c.passed(), err, nil, nil
	if err != nil {
		c.failed = r
	}
	close(r.done)
}

// wait waits for a reading to end and returns its error.
func (r *reading) wait(ctx context.Context) error {
	if r == nil {
		return ErrUnknown // the cache is closed
	}
	select {
	case <-r.done:
		return r.err
	case <-ctx.Done():
		return ctx.Err()
	}
}
