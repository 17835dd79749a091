package refusals

import (
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/crash"
	"github.com/paybridge/paybridge/caddymodule/internal/explain"
)

// Observer is told of causes, for metrics.
type Observer interface {
	// RequestRefused tells of one refused request by its cause, which is one of [Causes].
	RequestRefused(cause string)
}

// Recorder remembers why requests were refused. Its methods may be called from many
// goroutines.
type Recorder struct {
	observer Observer
	rest     func(took time.Duration) time.Duration
	since    time.Time

	mu      sync.Mutex
	counts  *counts
	waiting queue
	kept    map[string]*keeping // by merchant
	works   bool                // the worker runs
	stop    chan struct{}       // closed: the worker is to end
}

// Rest is how long the worker rests after it has looked for a cause: it takes a
// twentieth of one processor, and does not look more often than a log bears.
func Rest(took time.Duration) time.Duration { return max(19*took, 10*time.Millisecond) }

// New makes a recorder. rest is the budget of its worker, [Rest] but in tests.
func New(observer Observer, rest func(took time.Duration) time.Duration) *Recorder {
	return &Recorder{
		observer: observer, rest: rest, since: time.Now(),
		counts: newCounts(), waiting: newQueue(), kept: make(map[string]*keeping), stop: make(chan struct{}),
	}
}

// Refused tells of a request that has been answered with something else than
// success. It never waits. A nil recorder remembers nothing.
func (r *Recorder) Refused(q Request) {
	if r == nil {
		return
	}
	cause := q.known()
	if cause == "" && ofRequest[q.Code] {
		r.keep(q)
	}
	switch {
	case cause == "" && !ofRequest[q.Code]: // it is the bridge that failed
		return
	case cause == "" && r.examineLater(q):
		return
	case cause == "":
		cause = NotExamined
	}
	r.count(q.MerID, cause)
}

func (r *Recorder) count(merID, cause string) {
	r.observer.RequestRefused(cause)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.counts.add(merID, cause, time.Now())
}

// examineLater gives a request to the worker, unless that has enough to do.
func (r *Recorder) examineLater(q Request) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.waiting.add(q) {
		return false
	}
	if !r.works {
		r.works = true
		go r.work(r.stop)
	}
	return true
}

// work looks for the causes of what waits. It ends when nothing does any more.
func (r *Recorder) work(stop <-chan struct{}) {
	for {
		q, ok := r.next(stop)
		if !ok {
			return
		}
		start := time.Now()
		r.examine(q)
		select {
		case <-time.After(r.rest(time.Since(start))):
		case <-stop:
		}
	}
}

func (r *Recorder) next(stop <-chan struct{}) (q Request, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	select {
	case <-stop: // there may be another worker already
		return Request{}, false
	default:
	}
	q, ok = r.waiting.next()
	r.works = ok
	return q, ok
}

// examine finds the cause of one refusal. What does not answer anybody must not end
// the process either, so a panic is logged.
func (r *Recorder) examine(q Request) {
	cause := NotExamined
	defer func() {
		if bug := recover(); bug != nil {
			_ = crash.Log(q.Log, "explaining a refused request", bug, zap.String("interface", q.Route.Name))
		}
		r.count(q.MerID, cause)
	}()
	report := explain.Explain(q.Form.text(), explain.World{Merchants: q.Merchants, Now: time.Now()})
	if q.MerID == "" && q.Merchants.Has(report.Merchant) {
		q.MerID = report.Merchant // read from a message that the bridge cannot read
		r.keep(q)
	}
	if cause = report.Cause(); cause == "" {
		cause = NotByItself
	}
	q.Log.Info("v1 request refused", zap.Inline(explained{q, cause}))
}

// Stop ends the worker and forgets what it had to do, and what was kept. The recorder can go on being
// used.
func (r *Recorder) Stop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	close(r.stop)
	r.stop, r.works, r.waiting = make(chan struct{}), false, newQueue()
	r.forgetAll()
}
