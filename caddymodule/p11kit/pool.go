package p11kit

import (
	"context"
	"errors"
	"fmt"
	"sync"
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

// ErrClosed is the error of a key whose [Client] has been closed.
var ErrClosed = errors.New("the token's keys are closed")

// errBusy is the error of an operation for which no session became free.
var errBusy = errors.New("no session with the token became free in time")

// errBug is the error of a session whose opening has panicked.
var errBug = errors.New("a panic while opening a session with the token")

// answer is an error that says something of the key and nothing of the session.
type answer struct{ error }

func (a answer) Unwrap() error { return a.error }

// doubt is an error that says something of the key, or else that the session is not to
// be trusted.
type doubt struct{ error }

func (d doubt) Unwrap() error { return d.error }

// doubtEvery is how often a session is given up for a [doubt], at most. Behind a key that
// was exchanged in the token there is no end of them, and the sessions serve others too.
const doubtEvery = time.Minute

// pool keeps sessions with one token, and makes new ones in place of those that
// break.
type pool struct {
	place place
	uri   URI // of one of its keys
	login *login
	name  string // of the token, for operators

	users map[*Client]struct{} // guarded by shared.mu

	ready      chan *session
	ctx        context.Context
	cancel     context.CancelFunc
	connecting sync.Mutex // one child starts at a time
	work       sync.WaitGroup

	mu      sync.Mutex
	live    int           // sessions that are ready or in use
	down    error         // what has failed since the last success while there was no session, nil for nothing
	away    bool          // that there is no session has been told
	short   bool          // that there are too few has been told
	doubted time.Time     // when a session was last given up for a doubt
	wake    chan struct{} // closed when anything but a ready session has come up
	closed  bool
}

// slot is the place of one session after the other. Each has pauses of its own: a token
// may take fewer sessions than there are slots, and those that work say nothing of it.
type slot struct {
	failures int // since one of its sessions has worked; guarded by pool.mu
}

// newPool opens the first session and returns its error; it opens the others in the
// background.
func newPool(ctx context.Context, from place, u URI, l *login, user *Client) (*pool, error) {
	p := &pool{
		place: from, uri: u, login: l, users: map[*Client]struct{}{user: {}},
		ready: make(chan *session, from.processes), wake: make(chan struct{}),
	}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	first, err := p.first(ctx)
	if err != nil {
		p.cancel()
		return nil, err
	}
	p.name = first.token.String()
	p.add(first, new(slot))
	for range from.processes - 1 {
		p.work.Go(func() { p.fill(new(slot), nil, 0) })
	}
	return p, nil
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

// budget is the time of one operation.
type budget struct{ start, end time.Time }

func newBudget(whole time.Duration) budget {
	now := time.Now()
	return budget{now, now.Add(whole)}
}

// lastStart is when an attempt may begin at the latest: one that had hardly any time
// would end a child that has done nothing wrong.
func (b budget) lastStart() time.Time { return b.start.Add(b.end.Sub(b.start) * 3 / 4) }

// attempt is the deadline of an attempt that begins now: half of the whole, so that
// one with a child that hangs leaves time for another.
func (b budget) attempt() time.Time {
	half := time.Now().Add(b.end.Sub(b.start) / 2)
	if half.After(b.end) {
		return b.end
	}
	return half
}

// do has f work with a session. When that fails for another reason than the key,
// the session is given up, and f works with another one until the time is over. What may
// be for the key is tried twice.
func (p *pool) do(timeout time.Duration, f func(*session, time.Time) error) error {
	b := newBudget(timeout)
	var last error
	doubts := 0
	for {
		s, err := p.take(b.lastStart())
		if err != nil {
			counts.failed.Add(1)
			return p.because(err, last)
		}
		err = f(s, b.attempt())
		var told answer
		var doubted doubt
		switch {
		case err == nil || errors.As(err, &told):
			p.put(s)
			return err
		case errors.As(err, &doubted):
			p.doubt(s)
			if doubts++; doubts == 2 {
				counts.failed.Add(1)
				return p.because(err, nil)
			}
		default:
			p.discard(s, err)
		}
		last = err
	}
}

// because names the token, and puts the last error of an operation in front of why
// it was not tried again.
func (p *pool) because(err, last error) error {
	if last != nil {
		err = fmt.Errorf("%w; and then: %w", last, err)
	}
	return fmt.Errorf("%s: %w", p.name, err)
}

// take waits for a session, no longer than until a time, and not at all while
// there is none because the token is away.
func (p *pool) take(until time.Time) (*session, error) {
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	for {
		wake, err := p.state()
		switch {
		case err != nil:
			return nil, err
		case !time.Now().Before(until):
			return nil, errBusy
		}
		select {
		case s := <-p.ready:
			return s, nil
		case <-wake:
		case <-timer.C:
		}
	}
}

// state is why no session can be had, and a channel that is closed when that
// changes.
func (p *pool) state() (<-chan struct{}, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.closed:
		return nil, ErrClosed
	case p.live == 0 && p.down != nil:
		return nil, p.down
	}
	return p.wake, nil
}

// put gives a session back that has worked.
func (p *pool) put(s *session) {
	s.worked = true
	p.mu.Lock()
	back := p.away
	s.slot.failures, p.down, p.away = 0, nil, false
	kept := p.keep(s)
	p.mu.Unlock()
	if !kept {
		s.child.end(endGrace)
	}
	if back {
		p.tell(nil)
	}
}

// add takes in a new session.
func (p *pool) add(s *session, at *slot) {
	s.slot = at
	p.mu.Lock()
	p.live++
	complete := p.short && p.live == p.place.processes
	if complete {
		p.short = false
	}
	kept := p.keep(s)
	p.mu.Unlock()
	if !kept {
		s.child.end(endGrace)
	}
	if complete {
		p.tellShort(p.place.processes, nil)
	}
}

// keep makes a session ready for the next operation, unless the pool is closed.
func (p *pool) keep(s *session) bool {
	if !p.closed {
		p.ready <- s // there is room for all
	}
	return !p.closed
}

// doubt gives a session up for something that may be the key's fault; when one was given
// up for that not long ago, it gives this one back.
func (p *pool) doubt(s *session) {
	p.mu.Lock()
	giveUp := time.Since(p.doubted) >= doubtEvery
	if giveUp {
		p.doubted = time.Now()
	}
	kept := !giveUp && p.keep(s)
	p.mu.Unlock()
	switch {
	case giveUp:
		p.discard(s, nil)
	case !kept:
		s.child.end(endGrace)
	}
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

// wakeWaiting wakes those who wait for a session, and returns why there is none when that
// has not been told yet.
func (p *pool) wakeWaiting() error {
	close(p.wake)
	p.wake = make(chan struct{})
	if p.live > 0 || p.down == nil || p.away || p.closed {
		return nil
	}
	p.away = true
	return p.down
}

func (p *pool) sessions() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.live
}

// works reports whether there is a session, or will be in a moment.
func (p *pool) works() bool {
	if p.login.stopped() != nil {
		return false
	}
	_, err := p.state()
	return err == nil
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

// close ends all sessions. Operations that are in hand end as they would, and no
// other one begins.
func (p *pool) close() {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return
	}
	p.closed = true
	_ = p.wakeWaiting()
	p.mu.Unlock()
	p.cancel()
	var ending sync.WaitGroup
	for {
		select {
		case s := <-p.ready:
			ending.Go(func() { s.child.end(endGrace) })
			continue
		default:
		}
		break
	}
	ending.Wait()
	p.work.Wait()
}
