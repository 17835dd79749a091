package gateway

import (
	"crypto/tls"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp/reverseproxy"
)

// usedConn is the connection of one call. The transport keeps connections for the
// next call, and only it knows them.
type usedConn struct {
	all     *connections
	conn    net.Conn // nil where calls share connections
	refused bool     // the transport gave out a connection that was closed before anything was written
	last    bool     // no other call may be on this connection
}

// connections are those to the gateway that a call is on.
type connections struct {
	allShared bool // also without TLS

	mu    sync.Mutex
	users map[net.Conn]*usedConn
}

// newConnections knows the connections of a transport.
func newConnections(transport http.RoundTripper) *connections {
	c := &connections{users: make(map[net.Conn]*usedConn)}
	if way, ok := transport.(*reverseproxy.HTTPTransport); ok {
		c.allShared = slices.Contains(way.Versions, "h2c") || slices.Contains(way.Versions, "3")
	}
	return c
}

// shared reports whether a connection carries many calls at once, as those of HTTP/2 and
// HTTP/3 do. What the transport shows of the latter must not be touched.
func (c *connections) shared(conn net.Conn) bool {
	secure, ok := conn.(*tls.Conn)
	return ok && secure.ConnectionState().NegotiatedProtocol == "h2" || c.allShared
}

// take notes that the call goes out on a connection. The transport waits for it before
// it writes anything. A connection that others were on may have been closed since the
// transport chose it: nothing can be written to it.
func (u *usedConn) take(conn net.Conn, reused bool) {
	if u.all.shared(conn) {
		return
	}
	u.all.mu.Lock()
	defer u.all.mu.Unlock()
	u.leave() // the transport's own second try
	before := u.all.users[conn]
	u.conn, u.refused = conn, reused && (before != nil && before.last || isClosed(conn))
	if u.refused {
		_ = conn.Close()
		return
	}
	u.all.users[conn] = u
}

// isClosed reports whether a connection was closed on this side. The transport sets no
// deadline of its own, and Caddy's sets one before each write.
func isClosed(conn net.Conn) bool { return conn.SetWriteDeadline(time.Time{}) != nil }

// release notes that the call is over, and reports whether its connection was refused.
func (u *usedConn) release() (refused bool) {
	u.all.mu.Lock()
	defer u.all.mu.Unlock()
	u.leave()
	return u.refused
}

// leave takes the call off its connection, unless the next call is on it already.
func (u *usedConn) leave() {
	if u.conn == nil || u.all.users[u.conn] != u {
		return
	}
	delete(u.all.users, u.conn)
	if u.last {
		_ = u.conn.Close()
		u.last = false
	}
}

// discard keeps calls off the connection, since what came back on it was not the answer
// to its call. It is closed, unless the next call is on it already: that one is finished
// first, and its answer is judged like any other. One that calls share stays: there an
// answer cannot slip to the next call.
func (u *usedConn) discard() {
	u.all.mu.Lock()
	defer u.all.mu.Unlock()
	if u.conn == nil {
		return
	}
	if user := u.all.users[u.conn]; user != nil {
		user.last = true
		return
	}
	_ = u.conn.Close()
}
