package bridge

import (
	"context"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/delivery"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/newest"
	"github.com/paybridge/paybridge/caddymodule/internal/ratelimit"
	"github.com/paybridge/paybridge/caddymodule/internal/steady"
	"github.com/paybridge/paybridge/caddymodule/internal/tracing"
)

// Bridge is the engine. It outlives configurations: the ledger it writes to and
// the payments it has in hand belong to it, not to one Settings.
type Bridge struct {
	ledger   *ledger.Ledger
	log      *zap.Logger
	now      func() time.Time
	clock    *steady.Clock // behind now; nil when that is a test's
	numbers  *numbers
	observer Observer
	tracer   *tracing.Tracer
	skew     clockSkew // between the gateway's clock and ours

	pays         callGroup[ledger.Key, payResult]    // pay calls in hand, for merchants
	raws         callGroup[ledger.Key, payResult]    // and for payers' browsers
	queries      callGroup[ledger.Key, queryResult]  // queries in hand
	cancels      callGroup[ledger.Key, ledger.Order] // cancels in hand
	queryLimiter *ratelimit.Interval[ledger.Key]     // questions about an order because somebody asks

	abandoned abandoned // orders to be taken back

	resubmitLimiter *ratelimit.Interval[ledger.Key] // of orders in doubt, by payers' browsers
	cancelLimiter   *ratelimit.Interval[ledger.Key] // cancels that have to ask the gateway

	notify  *delivery.Dispatcher
	live    newest.List[*Settings] // of the loaded configurations
	agreed  bool                   // on the time of the database, or that there is none
	timed   chan struct{}          // closed when the time is known, see awaitTime
	kept    time.Duration          // what the ledger knows of the clock being set
	woken   chan struct{}          // the reconciler searches at once
	stop    context.CancelFunc
	workers sync.WaitGroup
	ending  chan struct{} // closed when the bridge ends
	end     sync.Once
}

// New makes a bridge over an open ledger and starts its background work, which
// rests until settings are attached. now is the clock, time.Now outside of
// tests.
func New(l *ledger.Ledger, log *zap.Logger, now func() time.Time, options ...Option) *Bridge {
	b := newBridge(l, log, now, options...)
	b.start()
	return b
}

// start starts the background work.
func (b *Bridge) start() {
	ctx, stop := context.WithCancel(context.Background())
	b.stop = stop
	b.workers.Go(func() {
		if b.awaitTime(ctx) != nil {
			return
		}
		b.notify.Start()
		b.reconcile(ctx)
	})
	b.workers.Go(func() { b.sample(ctx) })
	b.workers.Go(func() { b.watchClock(ctx) })
}

// newBridge makes a bridge without its background work.
func newBridge(l *ledger.Ledger, log *zap.Logger, now func() time.Time, options ...Option) *Bridge {
	ctx, cancel := context.WithTimeout(context.Background(), recording)
	defer cancel()
	start, err := l.NextStart(ctx)
	b := &Bridge{
		ledger: l, log: log, now: now, numbers: newNumbers(start, err == nil), observer: nobody{},
		queryLimiter: newOrderLimiter(), resubmitLimiter: newOrderLimiter(), cancelLimiter: newOrderLimiter(),
		timed: make(chan struct{}), stop: func() {}, woken: make(chan struct{}, 1), ending: make(chan struct{}),
	}
	for _, option := range options {
		option(b)
	}
	b.pays.log, b.pays.doing = log, "serving a payment"
	b.raws.log, b.raws.doing = log, "serving a payer's browser"
	b.queries.log, b.queries.doing = log, "asking about an order"
	b.cancels.log, b.cancels.doing = log, "cancelling an order"
	b.agreed = b.agreeOnTime(ctx)
	b.notify = delivery.New(delivery.Config{
		Ledger: l, Lookup: b.target, Log: log.Named("notify"), Observer: b.observer, Tracer: b.tracer, Now: b.now,
	})
	return b
}

// queryEvery is how often the gateway is asked about one order because its
// merchant asks. Merchants of scanned codes poll every second or two.
const queryEvery = 2 * time.Second

// newOrderLimiter lets something be done for an order once in queryEvery.
func newOrderLimiter() *ratelimit.Interval[ledger.Key] {
	const orders = 10_000
	return ratelimit.NewInterval[ledger.Key](queryEvery, orders)
}

// Close lets no new call to the gateway begin, ends the background work and
// waits for the calls in hand, at most until ctx is done: what is still under
// way then is on record as sent and is settled by a query after the next start.
func (b *Bridge) Close(ctx context.Context) {
	b.stop()
	b.end.Do(func() { close(b.ending) })
	b.pays.close()
	b.raws.close()
	b.cancels.close()
	b.queries.close()
	stopped := make(chan struct{})
	go func() {
		if b.notify.Stop(ctx) != nil {
			b.log.Warn("stopped with notifications under way; they will be sent once more")
		}
		close(stopped)
	}()
	b.finishCalls(ctx)
	<-stopped
}

// finishCalls waits for the gateway calls in hand.
func (b *Bridge) finishCalls(ctx context.Context) {
	done := make(chan struct{})
	go func() {
		b.workers.Wait()
		b.pays.wait()
		b.raws.wait()
		b.cancels.wait()
		b.queries.wait()
		b.abandoned.workers.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-ctx.Done():
		b.log.Warn("stopped with gateway calls under way; their orders stay in doubt until they are queried")
	}
}
