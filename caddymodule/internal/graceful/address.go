package graceful

import (
	"net"
	"slices"
	"sync"
)

// address is where several listeners are open during a reload. It passes connections
// on to the newest.
type address struct {
	conns chan handover

	mu        sync.Mutex
	listeners []*listener   // oldest first
	sockets   []*listener   // whose sockets are open, in the order of the kernel, see steer
	opened    *listener     // the newest, which accepts
	changed   chan struct{} // closed and replaced at every change
}

// handover is a connection that a listener may take. It says whether it did.
type handover struct {
	conn  net.Conn
	taken chan bool // has room for the answer
}

// addresses has each address that was ever listened at.
var addresses sync.Map

func addressOf(addr net.Addr) *address {
	a := &address{conns: make(chan handover), changed: make(chan struct{})}
	known, _ := addresses.LoadOrStore(addr.Network()+" "+addr.String(), a)
	return known.(*address) //nolint:forcetypeassert // nothing else is stored
}

// change lets f change the address and wakes everybody who looks at it.
func (a *address) change(f func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	f()
	close(a.changed)
	a.changed = make(chan struct{})
}

// enter adds a listener, which accepts instead of the one before.
func (a *address) enter(l *listener) {
	a.change(func() {
		a.listeners = append(a.listeners, l)
		a.sockets = append(a.sockets, l)
		a.opened = l
		a.steer()
	})
}

// isNewest reports whether nobody has listened after l.
func (a *address) isNewest(l *listener) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.opened == l
}

// take notes that l has been given a connection, and says so to who passed it on. It
// reports false if another listener has taken over in this very moment.
func (a *address) take(l *listener, h handover) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	taken := a.opened == l
	if taken {
		l.conns.given(l)
	}
	h.taken <- taken
	return taken
}

// leave removes a listener, and reports whether any is left.
func (a *address) leave(l *listener) (left bool) {
	a.change(func() {
		if i := slices.Index(a.listeners, l); i >= 0 {
			a.listeners = slices.Delete(a.listeners, i, i+1)
		}
		n := len(a.listeners)
		if left = n > 0; a.opened != l {
			return
		}
		a.opened = nil
		if left {
			a.opened = a.listeners[n-1]
		}
		a.steer()
	})
	return left
}

// drop closes the socket of a listener that has left.
func (a *address) drop(l *listener) (err error) {
	a.change(func() {
		err = l.closeSocket()
		i, last := slices.Index(a.sockets, l), len(a.sockets)-1
		if i < 0 {
			return
		}
		a.sockets[i] = a.sockets[last] // as the kernel does
		a.sockets = a.sockets[:last]
		a.steer()
	})
	return err
}

// dropAll closes all sockets that are open still. The error is that of l.
func (a *address) dropAll(l *listener) error {
	a.mu.Lock()
	open := slices.Clone(a.sockets)
	a.mu.Unlock()
	for _, other := range open {
		_ = a.drop(other)
	}
	return l.closeSocket()
}

// connsFor returns where a listener gets connections from, nil while it may get
// none, and what tells that this may have changed.
func (a *address) connsFor(l *listener) (conns <-chan handover, changed <-chan struct{}) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.opened == l {
		conns = a.conns
	}
	return conns, a.changed
}

// pass gives a connection to the newest listener, or closes it when there is
// none any more.
func (a *address) pass(conn net.Conn) {
	h := handover{conn, make(chan bool, 1)}
	for {
		a.mu.Lock()
		left, changed := len(a.listeners), a.changed
		a.mu.Unlock()
		if left == 0 {
			_ = conn.Close()
			return
		}
		select {
		case a.conns <- h:
			if <-h.taken {
				return
			}
		case <-changed:
		}
	}
}
