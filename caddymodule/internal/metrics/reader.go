package metrics

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/crash"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/newest"
)

// Ledger is where the gauges of what is durable come from.
type Ledger interface {
	// Gauges says how much there is of everything.
	Gauges(ctx context.Context, now time.Time) (ledger.Gauges, error)
}

// How the ledger is read for scrapes.
const (
	freshFor = 5 * time.Second // for so long a reading serves every scrape
	patience = 2 * time.Second // so long a scrape waits for a reading
	readTime = 4 * time.Second // after which a reading is given up
)

var (
	errNoLedger = errors.New("no ledger is open")
	errSlow     = errors.New("the ledger does not answer in time")
)

// reader reads the gauges of the newest open ledger, one reading at a time
// however many scrapes want it: a ledger that hangs holds up no scrape for long
// and gets no second question meanwhile.
type reader struct {
	now func() time.Time
	log func() *zap.Logger

	ledgers newest.List[Ledger] // of the loaded configurations

	mu   sync.Mutex
	last *reading
}

// reading is one reading of a ledger, under way until done is closed.
type reading struct {
	of     Ledger
	began  time.Time
	done   chan struct{}
	gauges ledger.Gauges
	err    error
}

func newReader(now func() time.Time, log func() *zap.Logger) *reader {
	return &reader{now: now, log: log}
}

// AttachLedger has the gauges read from l, the ledger of a configuration that
// has started, until DetachLedger or another is attached.
func (m *Metrics) AttachLedger(l Ledger) {
	if m == nil {
		return
	}
	m.durable.reader.ledgers.Add(l)
}

// DetachLedger undoes one AttachLedger. The gauges are read from the ledger
// attached before, if there is one: the newer configuration may have failed.
func (m *Metrics) DetachLedger(l Ledger) {
	if m == nil {
		return
	}
	m.durable.reader.ledgers.Remove(l)
}

// read returns the gauges, at most freshFor old.
func (r *reader) read() (ledger.Gauges, error) {
	current := r.current()
	if current == nil {
		return ledger.Gauges{}, errNoLedger
	}
	timer := time.NewTimer(patience - r.now().Sub(current.began))
	defer timer.Stop()
	select {
	case <-current.done:
		return current.gauges, current.err
	default:
	}
	select {
	case <-current.done:
		return current.gauges, current.err
	case <-timer.C:
		return ledger.Gauges{}, errSlow
	}
}

// current is the reading that serves now, begun if need be; nil without a
// ledger. One that is under way serves however long it takes.
func (r *reader) current() *reading {
	r.mu.Lock()
	defer r.mu.Unlock()
	latest, ok := r.ledgers.Get()
	if !ok {
		return nil
	}
	if r.last == nil || r.last.of != latest || r.last.over() && r.now().Sub(r.last.began) >= freshFor {
		r.last = &reading{of: latest, began: r.now(), done: make(chan struct{})}
		go r.last.run(r.log())
	}
	return r.last
}

// over reports whether the reading has ended.
func (r *reading) over() bool {
	select {
	case <-r.done:
		return true
	default:
		return false
	}
}

func (r *reading) run(log *zap.Logger) {
	defer close(r.done)
	ctx, cancel := context.WithTimeout(context.Background(), readTime)
	defer cancel()
	r.err = crash.Try(log, "reading the gauges of the ledger", func() (err error) {
		r.gauges, err = r.of.Gauges(ctx, r.began)
		return err
	})
}
