package graceful

import (
	"net"
	"slices"
	"sync"
)

// address is where several listeners are open during a reload. It passes connections
// on to the newest.
type address struct {
	conns chan net.Conn

	mu        sync.Mutex
	listeners []*listener   // oldest first
	opened    *listener     // who may accept; nil in the pause of a reload
	changed   chan struct{} // closed and replaced at every change
}

// addresses has each address that was ever listened at.
var addresses sync.Map

func addressOf(addr net.Addr) *address {
	a := &address{conns: make(chan net.Conn), changed: make(chan struct{})}
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

// enter adds a listener, which does not accept yet, stops the one before from
// accepting, and reports whether there was one.
func (a *address) enter(l *listener) (takesOver bool) {
	a.change(func() {
		takesOver = len(a.listeners) > 0
		a.listeners = append(a.listeners, l)
		a.opened = nil
	})
	return takesOver
}

// open lets a listener accept.
func (a *address) open(l *listener) { a.change(func() { a.opened = l }) }

// leave removes a listener.
func (a *address) leave(l *listener) {
	a.change(func() {
		if i := slices.Index(a.listeners, l); i >= 0 {
			a.listeners = slices.Delete(a.listeners, i, i+1)
		}
		if a.opened != l {
			return
		}
		a.opened = nil
		if n := len(a.listeners); n > 0 {
			a.opened = a.listeners[n-1]
		}
	})
}

// connsFor returns where a listener gets connections from, nil while it may get
// none, and what tells that this may have changed.
func (a *address) connsFor(l *listener) (conns <-chan net.Conn, changed <-chan struct{}) {
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
	for {
		a.mu.Lock()
		left, changed := len(a.listeners), a.changed
		a.mu.Unlock()
		if left == 0 {
			_ = conn.Close()
			return
		}
		select {
		case a.conns <- conn:
			return
		case <-changed:
		}
	}
}
