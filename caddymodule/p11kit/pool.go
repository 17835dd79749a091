package p11kit

import (
	"context"
	"errors"
	"sync"
	"time"
)

// ErrClosed is the error of a key whose [Client] has been closed.
var ErrClosed = errors.New("the token's keys are closed")

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
	wasAway := p.away
	s.slot.failures, p.down, p.away = 0, nil, false
	p.mu.Unlock()
	p.back(s)
	if wasAway {
		p.tell(nil)
	}
}

// add takes in a new session.
func (p *pool) add(s *session, at *slot) {
	s.slot = at
	p.mu.Lock()
	p.live++
	complete := p.short && p.live == p.place.processes
	p.short = p.short && !complete
	p.mu.Unlock()
	p.back(s)
	if complete {
		p.tellShort(p.place.processes, nil)
	}
}

// back makes a session ready for the next operation, or ends it when the pool is closed.
func (p *pool) back(s *session) {
	p.mu.Lock()
	closed := p.closed
	if !closed {
		p.ready <- s // there is room for all
	}
	p.mu.Unlock()
	if closed {
		s.child.end(endGrace)
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
