// Package graceful has listeners that hand over without dropping a connection: when
// a reload listens at an address once more, the listener before stops accepting, has
// a pause to read what it has accepted, and what connects meanwhile waits for the
// new one.
package graceful

import (
	"errors"
	"net"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/outage"
)

// Listen makes a listener of inner that takes over from the one that is open at the
// same address, if there is one: it returns after the pause in which nobody accepts.
// That connections cannot be accepted goes to log.
func Listen(inner net.Listener, pause time.Duration, log *zap.Logger) net.Listener {
	l := &listener{
		Listener: inner, log: log, address: addressOf(inner.Addr()), closed: make(chan struct{}), failed: make(chan error, 1),
	}
	if l.address.enter(l) {
		<-time.After(pause) // the old server reads what it has accepted
	}
	l.address.open(l)
	go l.acceptAll()
	return l
}

// listener is one configuration's listener at an address.
type listener struct {
	net.Listener
	log     *zap.Logger
	address *address
	closed  chan struct{}
	failed  chan error // that it cannot accept any more
	once    sync.Once
}

// How long a listener rests after an error that may pass, such as too many open
// files: as net/http does.
const (
	firstRest   = 5 * time.Millisecond
	longestRest = time.Second
)

// acceptAll accepts for whoever is the newest at the address. An error that may pass is
// told once and waited out; a lasting one is handed to Accept.
func (l *listener) acceptAll() {
	rest := time.Duration(0)
	full := outage.New(l.log.With(zap.Stringer("address", l.Addr())), zap.ErrorLevel,
		"a connection could not be accepted; trying on", "connections are accepted again")
	for {
		conn, err := l.Listener.Accept()
		switch {
		case err == nil:
			full.Report(nil)
			rest = 0
			l.address.pass(conn)
			continue
		case errors.Is(err, net.ErrClosed):
			return
		case !mayPass(err):
			l.log.Error("no connection is accepted any more", zap.Stringer("address", l.Addr()), zap.Error(err))
			l.failed <- err // has room for the one there can be
			return
		}
		full.Report(err)
		rest = min(max(firstRest, 2*rest), longestRest)
		select {
		case <-time.After(rest):
		case <-l.closed:
			return
		}
	}
}

// mayPass reports whether accepting may succeed later on.
func mayPass(err error) bool {
	var temporary interface{ Temporary() bool }
	return errors.As(err, &temporary) && temporary.Temporary()
}

// Accept implements net.Listener. Only the newest listener at an address gets
// connections.
func (l *listener) Accept() (net.Conn, error) {
	for {
		conns, changed := l.address.connsFor(l)
		select {
		case conn := <-conns:
			return conn, nil
		case <-changed:
		case err := <-l.failed:
			return nil, err
		case <-l.closed:
			return nil, net.ErrClosed
		}
	}
}

// Close implements net.Listener. The listener before it, if it is still there,
// accepts again: a new configuration may fail to start.
func (l *listener) Close() error {
	err := net.ErrClosed
	l.once.Do(func() {
		close(l.closed)
		err = l.Listener.Close()
		l.address.leave(l)
	})
	return err
}
