package bridge

import (
	"cmp"
	"context"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/crash"
	"github.com/paybridge/paybridge/caddymodule/internal/stack"
)

// callGroup lets concurrent callers for the same key share one call. The zero value
// is ready. It differs from golang.org/x/sync/singleflight, because money may be on
// its way while callers come and go:
//
//   - A caller waits no longer than its own context and limit. The call goes on
//     without it, and later callers share it.
//   - A call can tell callers who do not wait for its result what is certain so far.
//   - A panic is logged once and raised again in every caller; it does not end the
//     program.
//   - A group can be closed: no call begins any more, and wait returns when the
//     calls in hand are done.
type callGroup[K comparable, V any] struct {
	log     *zap.Logger // tells of a panic in a call; nil: nowhere
	doing   string      // what the calls do, for that line
	mu      sync.Mutex
	calls   map[K]*sharedCall[V]
	running sync.WaitGroup
	closed  bool
}

// sharedCall is one call in hand. Its result may be read once done is closed.
type sharedCall[V any] struct {
	done    chan struct{}
	value   V
	crash   error             // that the call panicked; it has been logged
	interim atomic.Pointer[V] // what is certain before the call is done
}

// do returns the call for key, starting work in a goroutine of its own if there is
// none; nil when the group is closed.
func (g *callGroup[K, V]) do(key K, work func(*sharedCall[V]) V) *sharedCall[V] {
	g.mu.Lock()
	defer g.mu.Unlock()
	if call := g.calls[key]; call != nil {
		return call
	}
	if g.closed {
		return nil
	}
	if g.calls == nil {
		g.calls = make(map[K]*sharedCall[V])
	}
	call := &sharedCall[V]{done: make(chan struct{})}
	g.calls[key] = call
	g.running.Go(func() {
		defer func() {
			if bug := recover(); bug != nil {
				call.crash = crash.Log(cmp.Or(g.log, zap.NewNop()), g.doing, bug)
			}
			g.mu.Lock()
			delete(g.calls, key)
			g.mu.Unlock()
			close(call.done)
		}()
		stack.ForCall()
		call.value = work(call)
	})
	return call
}

// current returns the call for key, nil when there is none.
func (g *callGroup[K, V]) current(key K) *sharedCall[V] {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.calls[key]
}

// inHand reports whether there is a call for key.
func (g *callGroup[K, V]) inHand(key K) bool { return g.current(key) != nil }

// close lets no call begin any more; those in hand go on.
func (g *callGroup[K, V]) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
}

// wait returns when no call is in hand. It is called after close.
func (g *callGroup[K, V]) wait() { g.running.Wait() }

// setInterim gives a value to callers who cannot wait for the result.
func (c *sharedCall[V]) setInterim(value V) { c.interim.Store(&value) }

// wait returns the result of a call or, when the time of its caller is over first,
// the interim value; ok is false when there is neither. The call goes on. When it
// has panicked, wait panics in every caller, so that each answers its merchant, with
// an error that wraps [crash.ErrLogged].
func wait[V any](ctx context.Context, limit time.Duration, call *sharedCall[V]) (value V, ok bool) {
	if call == nil {
		return value, false
	}
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-call.done:
		if call.crash != nil {
			panic(call.crash)
		}
		return call.value, true
	case <-timer.C:
	case <-ctx.Done():
	}
	if interim := call.interim.Load(); interim != nil {
		return *interim, true
	}
	return value, false
}
