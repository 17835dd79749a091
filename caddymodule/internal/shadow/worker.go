package shadow

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/leftover"
)

// Bounds of a worker.
const (
	DefaultEntries = 64
	DefaultBytes   = 16 << 20
	// DefaultLag is far more than a comparison takes, which is a millisecond, and a
	// full queue with its pauses.
	DefaultLag = 30 * time.Second
	// DefaultShare leaves nearly all of the machine to those who wait for an answer. Go
	// has no priorities: whoever computes without a pause has his part of the cores.
	DefaultShare = .1

	writeEvery = 5 * time.Second
	watchEvery = time.Second
	writeTime  = 10 * time.Second
)

// Config says what a worker works with.
type Config struct {
	Settings Settings
	Store    Store
	Observer Observer
	Now      func() time.Time

	Goroutines int           // at least 1
	Share      float64       // of its time in which a goroutine compares; it rests for the others. 0 = all of it
	Entries    int           // of the queue
	Bytes      int64         // of the queue
	Lag        time.Duration // after which the worker is switched off

	// Compare is [Compare] when nil; tests have others.
	Compare func(Merchant, Settings, Exchange, time.Time) Outcome
}

// Store keeps counts.
type Store interface {
	// AddCounts adds counts to those of earlier, and returns how many of them, from the
	// first, are written. name is the list's own: under it nothing is added twice that was
	// written, and whose writer has not heard so.
	AddCounts(ctx context.Context, name string, counts []Count) (written int, err error)
}

// Observer is told what becomes of exchanges, for metrics and logs. It must be quick
// and safe for concurrent use.
type Observer interface {
	// ExchangeSeen tells what became of an exchange.
	ExchangeSeen(Result)
	// DifferenceFound tells of a finding that is a difference.
	DifferenceFound(Kind)
	// ShadowOff tells once that the worker has switched itself off. For a panic it is
	// called by the deferred function that recovers, with the panic's value.
	ShadowOff(reason Reason, bug any)
	// CountsKept tells whether counts could be written down.
	CountsKept(error)
}

// Result is what became of an exchange.
type Result string

// The results.
const (
	ResultCompared   Result = "compared"
	ResultUncompared Result = "uncompared" // there was nothing to compare with
	ResultDropped    Result = "dropped"    // the queue was full
	ResultOff        Result = "off"        // the worker is switched off
)

// Results lists them.
func Results() []Result {
	return []Result{ResultCompared, ResultUncompared, ResultDropped, ResultOff}
}

// Worker compares exchanges in the background. Whatever happens in it, who offers an
// exchange is not held up.
type Worker struct {
	config Config
	queue  chan job
	bytes  atomic.Int64 // of what is in the queue
	latch  latch
	tally  tally
	seen   seenSince

	writing chan struct{} // has room for one, who may use counts
	counts  leftover.Counts[Count]

	began []atomic.Int64 // when each goroutine began its comparison, Unix nanoseconds; 0 = it waits

	stop    chan struct{}
	once    sync.Once
	workers sync.WaitGroup
}

// job is an exchange in the queue.
type job struct {
	merchant Merchant
	exchange Exchange
	offered  time.Time
}

// Start starts a worker.
func Start(c Config) *Worker {
	if c.Compare == nil {
		c.Compare = Compare
	}
	w := &Worker{config: c, queue: make(chan job, c.Entries), began: make([]atomic.Int64, c.Goroutines), stop: make(chan struct{}), writing: make(chan struct{}, 1)}
	for i := range c.Goroutines {
		w.workers.Go(func() { w.run(&w.began[i]) })
	}
	// Each in a goroutine of its own: while the ledger stands still somebody watches.
	w.workers.Go(func() { w.every(writeEvery, func() { w.write(context.Background()) }) })
	w.workers.Go(func() { w.every(watchEvery, w.watch) })
	return w
}

// Offer hands an exchange over. It never waits: what does not fit into the queue is
// dropped.
func (w *Worker) Offer(m Merchant, e Exchange) {
	if w.latch.tripped() != "" {
		w.report(ResultOff)
		return
	}
	if w.bytes.Add(e.size()) <= w.config.Bytes {
		select {
		case w.queue <- job{m, e, w.config.Now()}:
			return
		default:
		}
	}
	w.bytes.Add(-e.size())
	w.report(ResultDropped)
}

// State is how the worker stands since it was started.
func (w *Worker) State() State {
	s := State{Off: w.latch.tripped(), Exchanges: w.seen.exchanges.Load(), Compared: w.seen.compared.Load()}
	if at := w.seen.last.Load(); at != 0 {
		s.LastCompared = time.Unix(0, at)
	}
	return s
}

// report tells what became of an exchange.
func (w *Worker) report(r Result) {
	w.seen.exchanges.Add(1)
	if r == ResultCompared {
		w.seen.compared.Add(1)
		w.seen.last.Store(w.config.Now().UnixNano())
	}
	w.config.Observer.ExchangeSeen(r)
}

// Stop ends the worker and writes down what it has counted, at most until ctx is
// done. What waits in the queue is forgotten. It may be called again.
func (w *Worker) Stop(ctx context.Context) {
	w.once.Do(func() { close(w.stop) })
	done := make(chan struct{})
	go func() {
		w.workers.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-ctx.Done(): // a comparison hangs; its goroutine is left behind
	}
	w.guard(func() { w.write(ctx) })
}

// guard runs f and reports whether it has come to its end. A panic in it switches the
// worker off.
func (w *Worker) guard(f func()) (ended bool) {
	defer func() {
		if bug := recover(); bug != nil {
			w.switchOff(ReasonPanic, bug)
		}
	}()
	f()
	return true
}

// run compares what is offered.
func (w *Worker) run(began *atomic.Int64) {
	for {
		select {
		case <-w.stop:
			return
		case j := <-w.queue:
			w.bytes.Add(-j.exchange.size())
			begun := time.Now()
			if !w.guard(func() { w.work(j, began) }) {
				w.report(ResultOff)
			}
			w.rest(time.Since(begun))
		}
	}
}

// rest gives way to those who wait for an answer, after something that took so long.
// What comes in the meantime and finds no room in the queue is dropped. After something that
// took very long it rests less, so that a full queue is not late for its rests alone.
func (w *Worker) rest(took time.Duration) {
	if w.config.Share <= 0 || w.latch.tripped() != "" {
		return
	}
	longest := w.config.Lag / time.Duration(2*max(1, w.config.Entries))
	pause := min(longest, time.Duration(float64(took)*(1/w.config.Share-1)))
	if pause <= 0 { // no timer of no time: https://go.dev/issue/78156
		return
	}
	select {
	case <-time.After(pause):
	case <-w.stop:
	}
}

// work compares one exchange.
func (w *Worker) work(j job, began *atomic.Int64) {
	now := w.config.Now()
	if now.Sub(j.offered) > w.config.Lag {
		w.switchOff(ReasonLag, nil)
	}
	if w.latch.tripped() != "" {
		w.report(ResultOff)
		return
	}
	began.Store(now.UnixNano())
	defer began.Store(0)
	outcome := w.config.Compare(j.merchant, w.config.Settings, j.exchange, now)
	if w.config.Now().Sub(now) > w.config.Lag { // it ended before anybody watched
		w.switchOff(ReasonLag, nil)
	}
	w.tally.add(j.merchant.MerID, j.exchange.At, outcome)
	w.tell(outcome)
}

func (w *Worker) tell(o Outcome) {
	result := ResultUncompared
	if o.Compared() {
		result = ResultCompared
	}
	w.report(result)
	for _, f := range o.Findings {
		if f.Kind.IsDifference() {
			w.config.Observer.DifferenceFound(f.Kind)
		}
	}
}

func (w *Worker) switchOff(reason Reason, bug any) {
	if w.latch.trip(reason) {
		w.config.Observer.ShadowOff(reason, bug)
	}
}

// every calls f from time to time until the worker is stopped.
func (w *Worker) every(period time.Duration, f func()) {
	ticker := time.NewTicker(period)
	defer ticker.Stop()
	for {
		select {
		case <-w.stop:
			return
		case <-ticker.C:
			w.guard(f)
		}
	}
}

// watch switches the worker off when a comparison does not come to its end.
func (w *Worker) watch() {
	now := w.config.Now()
	for i := range w.began {
		if began := w.began[i].Load(); began != 0 && now.Sub(time.Unix(0, began)) > w.config.Lag {
			w.switchOff(ReasonLag, nil)
		}
	}
}

// write writes down what was left the last time, and what was counted since. What cannot
// be written waits for the next time.
func (w *Worker) write(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, writeTime)
	defer cancel()
	select {
	case w.writing <- struct{}{}:
		defer func() { <-w.writing }()
	case <-ctx.Done(): // somebody else is at it, and the ledger stands still
		return
	}
	_ = w.counts.Write(w.tally.take, func(name string, counts []Count) (int, error) {
		written, err := w.config.Store.AddCounts(ctx, name, counts)
		w.config.Observer.CountsKept(err)
		return written, err
	})
}
