package caddymodule

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/paybridge/paybridge/tests/port"
)

// rawGateway is a gateway below HTTP: it does what the test says with each
// connection.
type rawGateway struct {
	address string
	conns   atomic.Int32
	posts   atomic.Int32 // requests that arrived whole
}

func newRawGateway(t *testing.T, serve func(g *rawGateway, conn *net.TCPConn)) *rawGateway {
	t.Helper()
	listener, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	g := &rawGateway{address: listener.Addr().String()}
	var conns sync.WaitGroup
	conns.Go(func() {
		for {
			conn, err := listener.AcceptTCP()
			if err != nil {
				return // the test is over
			}
			g.conns.Add(1)
			conns.Go(func() {
				defer conn.Close()
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

// take reads one whole request and reports whether there was one.
func (g *rawGateway) take(r *bufio.Reader) bool {
	req, err := http.ReadRequest(r)
	if err != nil {
		return false
	}
	defer req.Body.Close()
	if _, err := io.Copy(io.Discard, req.Body); err != nil {
		return false
	}
	g.posts.Add(1)
	return true
}

// The transport of the standard library sends a request again that it takes for
// unsent: on a connection that was kept open and that the gateway closes at
// just this moment. For a payment that the gateway has read this would be a
// second charge.
func TestPostIsNotRepeatedOnAReusedConnection(t *testing.T) {
	t.Parallel()
	for name, retries := range map[string]bool{"plain": false, "with lb_retries": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newRawGateway(t, func(g *rawGateway, conn *net.TCPConn) {
				r := bufio.NewReader(conn)
				if g.take(r) {
					_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
					g.take(r) // and hang up
				}
			})
			var proxy map[string]any
			if retries {
				proxy = stubborn(g.address)
			}
			gateway := provisioned(t, "http://"+g.address+"/", proxy)
			if first := gateway.Post(t.Context(), testForm); first.Err != nil || string(first.Body) != "ok" {
				t.Fatalf("first call carried %q, %v", first.Body, first.Err)
			}
			second := gateway.Post(t.Context(), testForm)
			mustFail(t, second, "calling gateway: ")
			if !second.Sent {
				t.Error("not sent, but the gateway has read it")
			}
			if conns, posts := g.conns.Load(), g.posts.Load(); conns != 1 || posts != 2 {
				t.Errorf("%d connections and %d requests, want one connection and two requests", conns, posts)
			}
		})
	}
}

func TestPostToAGatewayThatResets(t *testing.T) {
	t.Parallel()
	t.Run("before reading", func(t *testing.T) {
		t.Parallel()
		g := newRawGateway(t, func(_ *rawGateway, conn *net.TCPConn) { _ = conn.SetLinger(0) }) // closing is a reset
		carried := provisioned(t, "http://"+g.address+"/", nil).Post(t.Context(), testForm)
		// Whether anything was sent depends on which side was quicker.
		mustFail(t, carried, "calling gateway: ")
		if conns := g.conns.Load(); conns != 1 {
			t.Errorf("%d connections, want 1", conns)
		}
	})
	t.Run("after reading", func(t *testing.T) {
		t.Parallel()
		g := newRawGateway(t, func(g *rawGateway, conn *net.TCPConn) {
			g.take(bufio.NewReader(conn))
			_ = conn.SetLinger(0)
		})
		carried := provisioned(t, "http://"+g.address+"/", stubborn(g.address)).Post(t.Context(), testForm)
		mustFail(t, carried, "calling gateway: ")
		if !carried.Sent {
			t.Error("not sent, but the gateway has read it")
		}
		if posts := g.posts.Load(); posts != 1 {
			t.Errorf("the gateway read %d requests, want 1", posts)
		}
	})
}

// Nobody listens: surely nothing was sent, and another host may be tried.
func TestPostRefusedConnection(t *testing.T) {
	t.Parallel()
	t.Run("by the only host", func(t *testing.T) {
		t.Parallel()
		carried := provisioned(t, "http://"+port.Free(t)+"/", nil).Post(t.Context(), testForm)
		mustFail(t, carried, "connection refused")
		if carried.Sent {
			t.Error("sent, but nobody listens")
		}
	})
	t.Run("by the first of two", func(t *testing.T) {
		t.Parallel()
		g := newRawGateway(t, func(g *rawGateway, conn *net.TCPConn) {
			if g.take(bufio.NewReader(conn)) {
				_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
			}
		})
		refusing := port.Free(t)
		proxy := stubborn(refusing, g.address)
		proxy["health_checks"] = map[string]any{"passive": map[string]any{"fail_duration": "1m"}}
		carried := provisioned(t, "http://"+refusing+"/", proxy).Post(t.Context(), testForm)
		if carried.Err != nil || string(carried.Body) != "ok" || !carried.Sent {
			t.Errorf("carried %q, sent %v, %v", carried.Body, carried.Sent, carried.Err)
		}
		if n := g.posts.Load(); n != 1 {
			t.Errorf("the second host saw %d requests, want 1", n)
		}
	})
}

// A transport that is given up may still have the body in hand. When the bridge
// has concluded that nothing was sent, nothing can be.
func TestSentBody(t *testing.T) {
	t.Parallel()
	t.Run("unread", func(t *testing.T) {
		t.Parallel()
		body := &sentBody{text: strings.NewReader(testForm)}
		if body.sent() {
			t.Error("sent, but nothing was read")
		}
		if data, err := io.ReadAll(body); err == nil || len(data) > 0 {
			t.Errorf("read %q, %v after the end; want nothing and an error", data, err)
		}
		if body.sent() {
			t.Error("sent, but nothing was given out")
		}
	})
	t.Run("closed and read", func(t *testing.T) {
		t.Parallel()
		body := &sentBody{text: strings.NewReader(testForm)}
		_ = body.Close() // after a connection that was refused
		data, err := io.ReadAll(body)
		if err != nil || string(data) != testForm {
			t.Errorf("read %q, %v", data, err)
		}
		if !body.sent() {
			t.Error("not sent, but it was read")
		}
	})
	t.Run("read at the last moment", func(t *testing.T) {
		t.Parallel()
		for range 1000 {
			body := &sentBody{text: strings.NewReader(testForm)}
			var late []byte
			var transport sync.WaitGroup
			transport.Go(func() { late, _ = io.ReadAll(body) })
			sent := body.sent()
			transport.Wait()
			if sent != (len(late) > 0) {
				t.Fatalf("sent %v, but %d bytes were read", sent, len(late))
			}
		}
	})
}
