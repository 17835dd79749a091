// Package rawgateway is a gateway below HTTP, for tests of what goes wrong on a
// connection: it does what a test says with each one.
package rawgateway

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
)

// Gateway listens on loopback.
type Gateway struct {
	Address string
	Conns   atomic.Int32
	Posts   atomic.Int32 // requests that arrived whole
}

// New starts a gateway that has serve deal with each connection, and ends both
// with the test.
func New(t *testing.T, serve func(g *Gateway, conn *net.TCPConn)) *Gateway {
	t.Helper()
	listener, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	g := &Gateway{Address: listener.Addr().String()}
	var conns sync.WaitGroup
	conns.Go(func() {
		for {
			conn, err := listener.AcceptTCP()
			if err != nil {
				return // the test is over
			}
			g.Conns.Add(1)
			conns.Go(func() {
				defer conn.Close()
				defer context.AfterFunc(t.Context(), func() { _ = conn.Close() })()
				serve(g, conn)
			})
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		conns.Wait()
	})
	return g
}

// Take reads one whole request and reports whether there was one.
func (g *Gateway) Take(r *bufio.Reader) bool {
	req, err := http.ReadRequest(r)
	if err != nil {
		return false
	}
	defer req.Body.Close()
	if _, err := io.Copy(io.Discard, req.Body); err != nil {
		return false
	}
	g.Posts.Add(1)
	return true
}
