package bridge

import (
	"cmp"
	"context"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/crash"
)

// flights lets concurrent callers for the same thing share one piece of work.
// The work belongs to nobody: it goes on when the caller that started it has
// gone, because money may be on its way. The zero value is ready.
type flights[K comparable, V any] struct {
	log    *zap.Logger // where a panic in a piece of work is told; nil: nowhere
	doing  string      // what the work is, for that line
	mu     sync.Mutex
	open   map[K]*flight[V]
	all    sync.WaitGroup
	closed bool
}

// flight is one piece of work in hand. Its result may be read once done is
// closed.
type flight[V any] struct {
	done  chan struct{}
	value V
	crash error             // that the work panicked; it has been logged
	soFar atomic.Pointer[V] // what is certain before the work is done
}

// join returns the flight for key, starting work in a goroutine of its own if
// there is none; nil when no more flights are started.
func (f *flights[K, V]) join(key K, work func(*flight[V]) V) *flight[V] {
	f.mu.Lock()
	defer f.mu.Unlock()
	if fl := f.open[key]; fl != nil {
		return fl
	}
	if f.closed {
		return nil
	}
	if f.open == nil {
		f.open = make(map[K]*flight[V])
	}
	fl := &flight[V]{done: make(chan struct{})}
	f.open[key] = fl
	f.all.Go(func() {
		defer func() {
			if bug := recover(); bug != nil {
				fl.crash = crash.Log(cmp.Or(f.log, zap.NewNop()), f.doing, bug)
			}
			f.mu.Lock()
			delete(f.open, key)
			f.mu.Unlock()
			close(fl.done)
		}()
		fl.value = work(fl)
	})
	return fl
}

// has reports whether there is a flight for key.
func (f *flights[K, V]) has(key K) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.open[key] != nil
}

// close lets no new flight start; those under way go on.
func (f *flights[K, V]) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
}

// wait returns when every flight has landed. It is called after close.
func (f *flights[K, V]) wait() { f.all.Wait() }

// tell lets callers who cannot wait for the result know how things stand.
func (fl *flight[V]) tell(value V) { fl.soFar.Store(&value) }

// wait gives a caller the result of a flight, or, when its own time is over
// first, what is known so far; ok is false when that is nothing. The flight goes
// on without it. That the work panicked is raised again in every caller, so that
// each answers its merchant: as an error that wraps [crash.ErrLogged].
func wait[V any](ctx context.Context, limit time.Duration, fl *flight[V]) (value V, ok bool) {
	if fl == nil {
		return value, false
	}
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-fl.done:
		if fl.crash != nil {
			panic(fl.crash)
		}
		return fl.value, true
	case <-timer.C:
	case <-ctx.Done():
	}
	if soFar := fl.soFar.Load(); soFar != nil {
		return *soFar, true
	}
	return value, false
}
