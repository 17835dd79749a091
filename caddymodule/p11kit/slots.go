package p11kit

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/crash"
)

// Bounds of starting children.
const (
	// connectTimeout is how long a child, its library and the token may take until
	// a session is open. It goes on in the background of operations.
	connectTimeout = 10 * time.Second
	firstPause     = 50 * time.Millisecond
	longestPause   = 5 * time.Second
	// shortAfter is after how many failures of one slot, in some six seconds, it is told
	// that the token takes fewer sessions than it should.
	shortAfter = 8
)

// doubtEvery is how often a session is given up for a [doubt], at most. Behind a key that
// was exchanged in the token there is no end of them, and the sessions serve others too.
const doubtEvery = time.Minute

// errBug is the error of a session whose opening has panicked.
var errBug = errors.New("a panic while opening a session with the token")

// slot is the place of one session after the other. Each has pauses of its own: a token
// may take fewer sessions than there are slots, and those that work say nothing of it.
type slot struct {
	failures int // since one of its sessions has worked; guarded by pool.mu
}

// secondLook is when a token that is not there or errs is tried again. Those of
// SoftHSM do both for a moment while another process logs in.
var secondLook = []time.Duration{100 * time.Millisecond, 400 * time.Millisecond}

// first opens the first session.
func (p *pool) first(ctx context.Context) (*session, error) {
	s, err := p.connect(ctx)
	for _, pause := range secondLook {
		var code *Error
		if !errors.Is(err, errNoToken) && !errors.As(err, &code) || p.login.stopped() != nil {
			break
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil, context.Cause(ctx)
		case <-timer.C:
		}
		s, err = p.connect(ctx)
	}
	return s, err
}

// connect opens one session.
func (p *pool) connect(ctx context.Context) (s *session, err error) {
	p.connecting.Lock()
	defer p.connecting.Unlock()
	if err := p.login.stopped(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	counts.started.Add(1)
	defer func() { // what a child answers is read here, mostly on a goroutine of the pool's own
		if bug := recover(); bug != nil {
			err = fmt.Errorf("%w: %s", errBug, crash.Text(bug))
		}
	}()
	return connect(ctx, []string{p.place.program, "remote", p.place.module}, p.uri, p.login.in)
}

// doubt gives a session up for something that may be the key's fault, or gives it back
// when one was given up for that not long ago.
func (p *pool) doubt(s *session) {
	if p.mayDoubt(time.Now()) {
		p.discard(s, nil)
		return
	}
	p.back(s)
}

// mayDoubt reports whether a session may be given up for a doubt, and notes that it is.
func (p *pool) mayDoubt(now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now.Sub(p.doubted) < doubtEvery {
		return false
	}
	p.doubted = now
	return true
}

// discard gives a session up and has another one made. An error says that a new one is no
// better.
func (p *pool) discard(s *session, err error) {
	p.mu.Lock()
	p.live--
	if err != nil && !s.worked {
		p.note(s.slot, err)
	}
	lost := p.wakeWaiting()
	pause, closed := pauseAfter(s.slot.failures), p.closed
	if !closed {
		p.work.Go(func() { p.fill(s.slot, s.child, pause) })
	}
	p.mu.Unlock()
	if closed {
		s.child.end(0)
	}
	if lost != nil {
		p.tell(lost)
	}
}

// failed notes that no session could be opened, and returns how long to wait.
func (p *pool) failed(at *slot, err error) time.Duration {
	p.mu.Lock()
	p.note(at, err)
	lost, pause := p.wakeWaiting(), pauseAfter(at.failures)
	live := p.live
	few := live > 0 && at.failures >= shortAfter && !p.short && !p.closed
	p.short = p.short || few
	p.mu.Unlock()
	if lost != nil {
		p.tell(lost)
	}
	if few {
		p.tellShort(live, err)
	}
	return pause
}

// note counts a failure. While there is a session, the token is there.
func (p *pool) note(at *slot, err error) {
	at.failures++
	if p.live == 0 {
		p.down = err
	}
}

// fill ends a child, which may be nil, and tries to open a session until one opens.
func (p *pool) fill(at *slot, old *child, pause time.Duration) {
	if old != nil {
		old.end(0)
	}
	for {
		timer := time.NewTimer(pause)
		select {
		case <-p.ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
		s, err := p.connect(p.ctx)
		if err == nil {
			p.add(s, at)
			return
		}
		pause = p.failed(at, err)
		if p.login.stopped() != nil {
			return
		}
	}
}

// pauseAfter is how long to wait after so many failures.
func pauseAfter(failures int) time.Duration {
	if failures == 0 {
		return 0
	}
	return min(longestPause, firstPause<<min(failures-1, 10))
}
