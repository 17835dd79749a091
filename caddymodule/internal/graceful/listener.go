// Package graceful lets a server hand over to the next without dropping a connection.
// When a reload listens at an address once more, the new listener gets what connects
// from then on; and before the old server is shut down it waits until the connections
// that it has accepted have brought their requests.
package graceful

import (
	"errors"
	"net"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/outage"
)

// Listen makes a listener of inner for the server of these connections. It takes over
// from the one that is open at the same address, if there is one: what connects waits
// for it from now on.
func (c *Connections) Listen(inner net.Listener) net.Listener {
	l := &listener{
		Listener: inner, log: c.log, conns: c, address: addressOf(inner.Addr()),
		closed: make(chan struct{}), accepted: make(chan struct{}), failed: make(chan error, 1),
	}
	l.closeSocket = sync.OnceValue(inner.Close)
	c.change(func() { c.listeners = append(c.listeners, l) })
	l.address.enter(l)
	go l.acceptAll()
	return l
}

// listener is one configuration's listener at an address.
type listener struct {
	net.Listener
	log         *zap.Logger
	conns       *Connections
	address     *address
	closed      chan struct{}
	accepted    chan struct{} // closed when the last connection was accepted and passed on
	failed      chan error    // that it cannot accept any more
	once        sync.Once
	closeSocket func() error // once
}

// How long a listener rests after an error that may pass, such as too many open
// files: as net/http does.
const (
	firstRest   = 5 * time.Millisecond
	longestRest = time.Second
)

// handshake is how long after its first packet a connection may take until it can be
// accepted; one packet of those that follow may get lost. It comes in by the socket that the
// first packet has reached. One that closes meanwhile resets it.
const handshake = 4 * time.Second

// acceptAll accepts for whoever is the newest at the address. An error that may pass is
// told once and waited out; a lasting one is handed to Accept.
func (l *listener) acceptAll() {
	defer close(l.accepted)
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
	l.conns.comeBack(l)
	for {
		conns, changed := l.address.connsFor(l)
		select {
		case h := <-conns:
			if l.address.take(l, h) {
				return h.conn, nil
			}
		case <-changed:
		case err := <-l.failed:
			return nil, err
		case <-l.closed:
			return nil, net.ErrClosed
		}
	}
}

// Close implements net.Listener. The listener before it, if it is still there,
// accepts again: a new configuration may fail to start. Where another one is there, the
// socket stays open for it until nothing more comes in by it.
func (l *listener) Close() error {
	err := net.ErrClosed
	l.once.Do(func() {
		close(l.closed)
		if l.address.leave(l) {
			time.AfterFunc(handshake, func() { _ = l.address.drop(l) })
			err = nil
			return
		}
		err = l.address.dropAll(l)
	})
	return err
}
