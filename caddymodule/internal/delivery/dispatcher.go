package delivery

import (
	"context"
	"net/http"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/tracing"
)

// Dispatcher delivers what the ledger owes to merchants, from Start to Stop. Its
// methods may be called from many goroutines.
type Dispatcher struct {
	ledger   Ledger
	lookup   Lookup
	log      *zap.Logger
	observer observers
	tracer   *tracing.Tracer
	now      func() time.Time
	random   func() float64
	timeout  time.Duration

	sender     *sender
	transports *transports
	hosts      *hostLimiter
	unknown    *unknownMerchants

	wake     chan struct{} // there may be something to claim
	stopping chan struct{} // closed: claim nothing more
	entry    sync.RWMutex  // held by whoever closes stopping, and by whoever adds to work from outside
	finished chan struct{} // closed: nothing is being done any more
	work     sync.WaitGroup

	// calls is the context of HTTP calls, records that of the ledger. They end
	// one after the other, so that a call that is cut off can be recorded.
	calls      context.Context
	endCalls   context.CancelCauseFunc
	records    context.Context
	endRecords context.CancelFunc

	start, stop sync.Once
}

// New makes a dispatcher that does nothing before Start.
func New(c Config) *Dispatcher {
	c = c.withDefaults()
	d := &Dispatcher{
		ledger:     c.Ledger,
		lookup:     c.Lookup,
		log:        c.Log,
		observer:   observers{c.Observer},
		tracer:     c.Tracer,
		now:        c.Now,
		random:     c.Random,
		timeout:    c.Timeout,
		transports: newTransports(c.Log, c.Timeout, c.PerHost),
		hosts:      newHostLimiter(limits{overall: c.Overall, perHost: c.PerHost, perMerchant: c.PerMerchant}),
		unknown:    newUnknownMerchants(),
		wake:       make(chan struct{}, 1),
		stopping:   make(chan struct{}),
		finished:   make(chan struct{}),
	}
	d.calls, d.endCalls = context.WithCancelCause(context.Background())
	d.records, d.endRecords = context.WithCancel(context.Background())
	d.sender = &sender{
		log:          c.Log,
		timeout:      c.Timeout,
		userAgent:    c.UserAgent,
		now:          c.Now,
		roundTripper: func(p policy) http.RoundTripper { return d.transports.get(p) },
	}
	return d
}

// Start begins to deliver. It returns at once; further calls, and calls after
// Stop, do nothing.
func (d *Dispatcher) Start() {
	d.start.Do(func() { go d.run() })
}

// Wake says that something may be due. It never blocks.
func (d *Dispatcher) Wake() {
	select {
	case d.wake <- struct{}{}:
	default: // it is going to search anyway
	}
}

// recordTime is what Stop leaves of its time for recording the calls that it had
// to cut off.
const recordTime = 500 * time.Millisecond

// Stop claims nothing more and lets calls that are being made come to their end.
// Shortly before ctx ends, what is left of them is cut off and recorded as
// Interrupted; when it ends, what is not recorded by then is left to its lease
// and will be sent once more. Stop returns when nothing runs any more; it may be
// called again. The error is that of ctx when it came first.
func (d *Dispatcher) Stop(ctx context.Context) error {
	d.stop.Do(d.closeEntry)
	d.start.Do(func() { close(d.finished) }) // never started

	early, cancel := shortly(ctx)
	defer cancel()
	d.awaitOr(early.Done())
	d.endCalls(errInterrupted)
	d.awaitOr(ctx.Done())
	var err error
	select {
	case <-d.finished:
	default:
		err = ctx.Err()
	}
	d.endRecords()
	<-d.finished
	d.transports.close()
	return err
}

func (d *Dispatcher) closeEntry() {
	d.entry.Lock()
	defer d.entry.Unlock()
	close(d.stopping)
}

// enter takes part in the work that Stop waits for, unless it has begun to wait.
// Whoever has entered calls d.work.Done.
func (d *Dispatcher) enter() bool {
	d.entry.RLock()
	defer d.entry.RUnlock()
	if d.stopped() {
		return false
	}
	d.work.Add(1)
	return true
}

// awaitOr waits until everything has finished or for end.
func (d *Dispatcher) awaitOr(end <-chan struct{}) {
	select {
	case <-d.finished:
	case <-end:
	}
}

// shortly returns a context that ends recordTime before ctx does.
func shortly(ctx context.Context) (context.Context, context.CancelFunc) {
	if deadline, ok := ctx.Deadline(); ok {
		return context.WithDeadline(ctx, deadline.Add(-recordTime))
	}
	return context.WithCancel(ctx)
}
