package sides

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/route"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// fakeLedger is a ledger in memory that can be away.
type fakeLedger struct {
	mu     sync.Mutex
	away   bool
	silent bool // answers nothing, until the caller gives up
	buggy  bool // panics while it marks
	broken bool // cannot read the rows of orders
	full   bool // can be read, and not written to
	steps  int  // that a prune takes yet
	marks  map[ledger.Key]time.Time
	orders map[ledger.Key]bool
	paid   time.Time // the newest payment of v2
	asked  int
}

func newFakeLedger() *fakeLedger {
	return &fakeLedger{marks: map[ledger.Key]time.Time{}, orders: map[ledger.Key]bool{}}
}

// use runs f where the ledger is there.
func (l *fakeLedger) use(ctx context.Context, f func() error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked++
	if l.silent {
		l.mu.Unlock()
		<-ctx.Done()
		l.mu.Lock()
		return fmt.Errorf("%w: %w", ledger.ErrUnavailable, ctx.Err())
	}
	if l.away {
		return ledger.ErrUnavailable
	}
	return f()
}

func (l *fakeLedger) Side(ctx context.Context, k ledger.Key) (side route.Side, err error) {
	err = l.use(ctx, func() error {
		if l.broken {
			return errRow
		}
		switch _, marked := l.marks[k]; {
		case l.orders[k]:
			side = route.V2
		case marked:
			side = route.Old
		}
		return nil
	})
	return side, err
}

func (l *fakeLedger) MarkOld(ctx context.Context, k ledger.Key, at time.Time) (fresh bool, err error) {
	err = l.use(ctx, func() error {
		if l.buggy {
			return errBug
		}
		if l.broken {
			return errRow
		}
		if l.full {
			return ledger.ErrUnavailable
		}
		if l.orders[k] {
			return ledger.ErrOtherSide
		}
		if _, marked := l.marks[k]; !marked {
			l.marks[k], fresh = at, true
		}
		return nil
	})
	return fresh, err
}

// errRow is what a ledger says of a row that is damaged.
var errRow = fmt.Errorf("%w: %w", ledger.ErrUnavailable, ledger.ErrUnreadable)

var errBug = errors.New("panic while marking")

// begin is what the bridge does with an order of v2.
func (l *fakeLedger) begin(k ledger.Key) error {
	return l.use(context.Background(), func() error {
		if _, marked := l.marks[k]; marked {
			return ledger.ErrOtherSide
		}
		l.orders[k] = true
		return nil
	})
}

func (l *fakeLedger) NewestOrder(ctx context.Context, before time.Time) (newest time.Time, err error) {
	err = l.use(ctx, func() error {
		if l.paid.Before(before) {
			newest = l.paid
		}
		for _, at := range l.marks {
			if at.Before(before) && at.After(newest) {
				newest = at
			}
		}
		return nil
	})
	return newest, err
}

func (l *fakeLedger) PruneOld(ctx context.Context, before time.Time) (more bool, err error) {
	return more, l.use(ctx, func() error {
		if l.steps > 0 {
			l.steps--
			more = true
			return nil
		}
		maps.DeleteFunc(l.marks, func(_ ledger.Key, at time.Time) bool { return at.Before(before) })
		return nil
	})
}

func (l *fakeLedger) MerchantsWithOrders(ctx context.Context) (list []string, err error) {
	err = l.use(ctx, func() error {
		for k := range l.orders {
			list = append(list, k.MerID)
		}
		return nil
	})
	return list, err
}

func (l *fakeLedger) set(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f()
}

// counts counts what an observer is told.
type counts struct {
	mu      sync.Mutex
	results map[MarkResult]int
	waiting int
	awaited int
}

func (c *counts) OrderMarked(r MarkResult) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.results == nil {
		c.results = map[MarkResult]int{}
	}
	c.results[r]++
}

func (c *counts) MarksWaiting(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waiting = n
}

// MarkAwaited implements Observer.
func (c *counts) MarkAwaited(time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.awaited++
}

// bench is Sides with a ledger and an observer of the test's own, in a bubble.
type bench struct {
	*Sides
	store  *fakeLedger
	counts *counts
	logs   *observer.ObservedLogs
}

// machine is a clock that is right.
var machine = Clock{time.Now, func() bool { return true }}

// usualKeep is how long the bench keeps marks.
const usualKeep = 30 * 24 * time.Hour

func newBench(t *testing.T) *bench {
	t.Helper()
	return newBenchOf(t, func(*fakeLedger) Clock { return machine })
}

// newBenchOf makes a bench with a clock of the test's own, which may put something into
// the ledger first.
func newBenchOf(t *testing.T, clock func(*fakeLedger) Clock) *bench {
	t.Helper()
	core, logs := observer.New(zap.InfoLevel)
	b := &bench{store: newFakeLedger(), counts: new(counts), logs: logs}
	b.Sides = New(b.store, zap.New(core), clock(b.store), b.counts)
	t.Cleanup(b.Close)
	b.Attach(usualKeep)
	synctest.Wait() // it has read who is on v2
	return b
}

func payment(merID, orderID string) Payment {
	return Payment{Order: route.Order{MerID: merID, OrderID: orderID, Action: v1.WxSao}, Verified: true}
}

func (b *bench) mustDecide(t *testing.T, p Payment, r route.Route, want Decision) {
	t.Helper()
	if got := b.OfPayment(t.Context(), p, r); got != want {
		t.Errorf("payment %s of %s by route %s: %+v, want %+v", p.OrderID, p.MerID, r, got, want)
	}
}
