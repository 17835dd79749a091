package gateway

import (
	"context"
	"crypto/tls"
	"net"
	"net/http/httptrace"
	"sync"
)

// usedConn remembers the connection that a request went out on, so that it can be
// closed when what came back on it was not the answer to that request. The
// transport keeps connections for the next request, and only it knows them.
type usedConn struct {
	mu   sync.Mutex
	conn net.Conn
}

// watch returns a context whose request tells u its connection.
func (u *usedConn) watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
		u.mu.Lock()
		defer u.mu.Unlock()
		u.conn = info.Conn
	}})
}

// discard closes the connection. The transport may have given it to the next
// request by now; that one breaks, and its outcome is unknown, as it would be with
// an answer that is not its own. One that carries many requests at once (HTTP/2)
// stays: there an answer cannot slip to the next request, and other payments are
// under way on it.
func (u *usedConn) discard() {
	u.mu.Lock()
	defer u.mu.Unlock()
	if secure, ok := u.conn.(*tls.Conn); ok && secure.ConnectionState().NegotiatedProtocol == "h2" {
		return
	}
	if u.conn != nil {
		_ = u.conn.Close()
	}
}
