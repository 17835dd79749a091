package gateway

import (
	"context"
	"crypto/tls"
	"net"
	"net/http/httptrace"
	"slices"
	"sync"
)

// usedConn is the connection of one call. The transport keeps connections for the
// next call, and only it knows them.
type usedConn struct {
	all     *connections
	conn    net.Conn
	refused bool // the transport gave out a connection that is discarded, and it was closed before anything was written
}

// watch returns a context whose request tells u its connection.
func (u *usedConn) watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) { u.all.take(u, info.Conn) }})
}

// connections are those to the gateway that a call is on, and those that no call may be
// on any more.
type connections struct {
	mu        sync.Mutex
	users     map[net.Conn]*usedConn
	discarded [64]net.Conn // the last ones; those before them have long been closed
	next      int
}

// take notes that a call goes out on a connection. The transport waits for it before
// it writes anything.
func (c *connections) take(u *usedConn, conn net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	u.conn = conn
	if u.refused = slices.Contains(c.discarded[:], conn); u.refused {
		_ = conn.Close()
		return
	}
	if c.users == nil {
		c.users = make(map[net.Conn]*usedConn)
	}
	c.users[conn] = u
}

// release notes that a call is over, and reports whether its connection was refused.
func (c *connections) release(u *usedConn) (refused bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if u.conn != nil && c.users[u.conn] == u { // not the next call's already
		delete(c.users, u.conn)
		if slices.Contains(c.discarded[:], u.conn) {
			_ = u.conn.Close()
		}
	}
	return u.refused
}

// discard keeps calls off the connection, since what came back on it was not the answer
// to its call. It is closed, unless the next call is on it already: that one is finished
// first, and its answer is judged like any other. One that carries many calls at once
// (HTTP/2) stays: there an answer cannot slip to the next call.
func (u *usedConn) discard() {
	if secure, ok := u.conn.(*tls.Conn); ok && secure.ConnectionState().NegotiatedProtocol == "h2" {
		return
	}
	if u.conn != nil {
		u.all.discard(u.conn)
	}
}

func (c *connections) discard(conn net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !slices.Contains(c.discarded[:], conn) {
		c.discarded[c.next] = conn
		c.next = (c.next + 1) % len(c.discarded)
	}
	if c.users[conn] == nil {
		_ = conn.Close()
	}
}
