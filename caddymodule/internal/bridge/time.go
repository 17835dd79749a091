package bridge

import (
	"context"
	"fmt"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/crash"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

const (
	// clockEvery is how often the machine's clock is read.
	clockEvery = time.Second
	// agreeEvery is after how many readings bridges on one database agree on its time once
	// more, whatever was read: a clock that gains or loses is never set, and neither is
	// that of a database which another machine takes over.
	agreeEvery = 60
)

// Now returns the time that the bridge goes by, which what it stores is to be
// compared with. It is that of the machine's clock until somebody sets that.
func (b *Bridge) Now() time.Time { return b.now() }

// wall returns what the machine's clock shows at a time of the bridge. It is what
// others are told.
func (b *Bridge) wall(t time.Time) time.Time {
	if b.clock == nil {
		return t
	}
	return b.clock.Wall(t)
}

// told is a pay call with its times as the gateway reads them.
func (b *Bridge) told(call translate.PayCall) translate.PayCall {
	call.Now, call.Expires = b.wall(call.Now), b.wall(call.Expires)
	return call
}

// errTime is that nobody knows yet what is due.
var errTime = fmt.Errorf("%w: the time of the database is not known yet", ledger.ErrUnavailable)

// awaitTime waits until the bridge knows the time that it shares with others on its
// database. Before that it takes nothing up, begins nothing and judges nothing: by a clock
// that is hours ahead, all that waits would be due, all that is held would be free, and
// nobody could pay any more.
func (b *Bridge) awaitTime(ctx context.Context) error {
	if b.KnowsTime() { // also while it is closed
		return nil
	}
	select {
	case <-b.timed:
		return nil
	case <-b.ending:
		return errTime
	case <-ctx.Done():
		return errTime
	}
}

// KnowsTime reports whether the time of [Bridge.Now] is right: where bridges share a
// database they go by its time, which one that has started while that is away does not
// know.
func (b *Bridge) KnowsTime() bool {
	if b.clock == nil {
		return true
	}
	select {
	case <-b.timed:
		return true
	default:
		return false
	}
}

// knowTime lets begin what has waited for the time.
func (b *Bridge) knowTime() {
	if !b.KnowsTime() {
		close(b.timed)
	}
}

// watchClock notices that the machine's clock was set. Nothing that waits is
// early or late for that, see package steady; the ledger must know before the next
// start, and bridges on one database agree on its time once more, because a
// machine that was stopped for a while finds its clock set as well.
func (b *Bridge) watchClock(ctx context.Context) {
	if b.clock == nil {
		return
	}
	ticker := time.NewTicker(clockEvery)
	defer ticker.Stop()
	known := b.clock.Ahead()
	for n := 1; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		crash.Guard(b.log, "looking at the machine's clock", func() { known = b.lookAtClock(ctx, known, n%agreeEvery == 0) })
	}
}

// lookAtClock returns how far the machine's clock is ahead, which was known before. It is
// due to agree on the time now and then.
func (b *Bridge) lookAtClock(ctx context.Context, known time.Duration, due bool) time.Duration {
	ahead := b.clock.Ahead()
	set := ahead != known
	if set || due || !b.agreed {
		b.agreed = b.agreeOnTime(ctx)
		known = b.clock.Ahead()
	}
	if set {
		b.log.Warn("the machine's clock was set; what waits keeps its time, and what others are told goes by the clock as it is now",
			zap.Duration("ahead", ahead))
		b.observer.ClockSet(ahead)
	}
	return known
}

// agreeOnTime takes the time from a database that several bridges share, and
// reports whether that, or writing down that the clock was set, is done. An answer that
// was slow tells the time well enough to begin with, and is asked for again.
func (b *Bridge) agreeOnTime(ctx context.Context) bool {
	if b.clock == nil {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, recording)
	defer cancel()
	asked := b.now()
	common, shared, err := b.ledger.CommonTime(ctx)
	answered := b.now()
	switch {
	case err != nil:
		return false
	case !shared:
		b.knowTime()
		return b.keepOffset(ctx)
	}
	ours := asked.Add(answered.Sub(asked) / 2)
	if off := common.Sub(ours); off.Abs() > sameTime {
		b.log.Warn("the bridge goes by the clock of the database, which the machine's is not in step with", zap.Duration("database_ahead", off))
		b.clock.Set(b.now().Add(off))
	}
	b.knowTime()
	return answered.Sub(asked) <= recording/2
}

// keepOffset lets the next start know how far the machine's clock is ahead.
func (b *Bridge) keepOffset(ctx context.Context) bool {
	ahead := b.clock.Ahead()
	if ahead == b.kept {
		return true
	}
	if err := b.ledger.KeepClockOffset(ctx, ahead); err != nil {
		return false // it is tried again
	}
	b.kept = ahead
	return true
}

// sameTime is a difference between the database's clock and ours that claims and
// leases allow for, see skew.
const sameTime = 2 * time.Second
