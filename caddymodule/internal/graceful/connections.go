package graceful

import (
	"context"
	"iter"
	"maps"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"
)

// moment is how long after its head was read a request may take until it is in its
// handler's hands, where the handler does not say so with [Reached]: two instructions
// of net/http, between which a busy machine may do something else.
const moment = 250 * time.Millisecond

// Connections are those of one HTTP server of one configuration. They know which of
// them have not brought a request into its handler's hands: net/http closes these,
// without an answer, when the server is shut down.
//
// Context and State are the server's ConnContext and ConnState. Drain is called
// before it is shut down.
type Connections struct {
	log  *zap.Logger
	wait time.Duration

	mu        sync.Mutex
	listeners []*listener
	unserved  map[net.Conn]time.Time  // and until when each is waited for
	accepting map[*listener]time.Time // the same of those that the server has and not told of yet
	changed   chan struct{}           // closed at the next change; nil where nobody waits for one
}

// New makes the connections of a server. Each has wait from its acceptance to bring
// its request.
func New(wait time.Duration, log *zap.Logger) *Connections {
	return &Connections{
		log: log, wait: wait, unserved: make(map[net.Conn]time.Time), accepting: make(map[*listener]time.Time),
	}
}

// change lets f change what is known and wakes whoever waits for it.
func (c *Connections) change(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f()
	if c.changed != nil {
		close(c.changed)
		c.changed = nil
	}
}

// given notes that the server has been given a connection by a listener. It counts until
// the server comes back for the next one, for it has told of the connection by then.
func (c *Connections) given(l *listener) {
	c.change(func() { c.accepting[l] = time.Now().Add(c.wait) })
}

// comeBack notes that the server is back at a listener.
func (c *Connections) comeBack(l *listener) {
	c.change(func() { delete(c.accepting, l) })
}

// reachedKey is where the context of a connection has what [Reached] calls.
type reachedKey struct{}

// Context is for ConnContext of [http.Server].
func (c *Connections) Context(ctx context.Context, conn net.Conn) context.Context {
	c.change(func() { c.unserved[conn] = time.Now().Add(c.wait) })
	return context.WithValue(ctx, reachedKey{}, func() { c.forget(conn) })
}

// Reached notes that a request is in its handler's hands and will be answered, whatever
// becomes of its server. ctx is the request's; it may be of another server.
func Reached(ctx context.Context) {
	if reached, ok := ctx.Value(reachedKey{}).(func()); ok {
		reached()
	}
}

// State is for ConnState of [http.Server]. A connection that has brought a request to
// somebody who knows nothing of [Reached], or has just begun to speak HTTP/2, is waited
// for a moment longer.
func (c *Connections) State(conn net.Conn, state http.ConnState) {
	switch state {
	case http.StateActive, http.StateIdle:
		c.change(func() {
			if _, waited := c.unserved[conn]; waited {
				c.unserved[conn] = time.Now().Add(moment)
			}
		})
	case http.StateClosed, http.StateHijacked:
		c.forget(conn)
	}
}

// forget takes out a connection that need not be waited for any more.
func (c *Connections) forget(conn net.Conn) {
	c.change(func() { delete(c.unserved, conn) })
}

// Drain waits until every connection has brought its request, but for none longer than
// its time, and for all together not longer than the time of one that is accepted now.
// Where nobody has taken over, the socket is closed first, so that nothing more is
// accepted.
func (c *Connections) Drain() {
	end := time.NewTimer(c.wait + moment)
	defer end.Stop()
	for _, l := range c.last() {
		_ = l.closeSocket() // Close tells the server of the error
		select {
		case <-l.accepted: // and the server has it
		case <-end.C:
			return
		}
	}
	for {
		until, changed := c.waitedFor()
		if until.IsZero() {
			return
		}
		timer := time.NewTimer(time.Until(until))
		select {
		case <-changed:
		case <-timer.C:
		case <-end.C:
			timer.Stop()
			return
		}
		timer.Stop()
	}
}

// Last reports whether the server listens where nobody has taken over from it.
func (c *Connections) Last() bool { return len(c.last()) > 0 }

// last returns the listeners that nobody has taken over from.
func (c *Connections) last() []*listener {
	c.mu.Lock()
	listeners := slices.Clone(c.listeners)
	c.mu.Unlock()
	return slices.DeleteFunc(listeners, func(l *listener) bool { return !l.address.isNewest(l) })
}

// waitedFor returns when the last of the connections that are waited for has had its
// time, zero where there is none, and what tells of a change.
func (c *Connections) waitedFor() (until time.Time, changed <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	for _, ends := range []iter.Seq[time.Time]{maps.Values(c.unserved), maps.Values(c.accepting)} {
		for end := range ends {
			if end.After(now) && end.After(until) {
				until = end
			}
		}
	}
	if c.changed == nil {
		c.changed = make(chan struct{})
	}
	return until, c.changed
}
