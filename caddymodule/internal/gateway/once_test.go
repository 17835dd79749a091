package gateway

import (
	"bufio"
	"io"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/paybridge/paybridge/tests/port"
	"github.com/paybridge/paybridge/tests/rawgateway"
)

// The transport of the standard library sends a request again that it takes for
// unsent: on a connection that was kept open and that the gateway closes at
// just this moment. For a payment that the gateway has read this would be a
// second charge.
func TestPostIsNotRepeatedOnAReusedConnection(t *testing.T) {
	t.Parallel()
	for name, retries := range map[string]bool{"plain": false, "with lb_retries": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := rawgateway.New(t, func(g *rawgateway.Gateway, conn *net.TCPConn) {
				r := bufio.NewReader(conn)
				if g.Take(r) {
					_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
					g.Take(r) // and hang up
				}
			})
			var proxy map[string]any
			if retries {
				proxy = stubborn(g.Address)
			}
			gateway := provisioned(t, "http://"+g.Address+"/", proxy)
			if first := gateway.Post(t.Context(), testForm); first.Err != nil || string(first.Body) != "ok" {
				t.Fatalf("first call carried %q, %v", first.Body, first.Err)
			}
			second := gateway.Post(t.Context(), testForm)
			mustFail(t, second, "calling gateway: ")
			if !second.Sent {
				t.Error("not sent, but the gateway has read it")
			}
			if conns, posts := g.Conns.Load(), g.Posts.Load(); conns != 1 || posts != 2 {
				t.Errorf("%d connections and %d requests, want one connection and two requests", conns, posts)
			}
		})
	}
}

func TestPostToAGatewayThatResets(t *testing.T) {
	t.Parallel()
	t.Run("before reading", func(t *testing.T) {
		t.Parallel()
		g := rawgateway.New(t, func(_ *rawgateway.Gateway, conn *net.TCPConn) { _ = conn.SetLinger(0) }) // closing is a reset
		trip := provisioned(t, "http://"+g.Address+"/", nil).Post(t.Context(), testForm)
		// Whether anything was sent depends on which side was quicker.
		mustFail(t, trip, "calling gateway: ")
		if conns := g.Conns.Load(); conns != 1 {
			t.Errorf("%d connections, want 1", conns)
		}
	})
	t.Run("after reading", func(t *testing.T) {
		t.Parallel()
		g := rawgateway.New(t, func(g *rawgateway.Gateway, conn *net.TCPConn) {
			g.Take(bufio.NewReader(conn))
			_ = conn.SetLinger(0)
		})
		trip := provisioned(t, "http://"+g.Address+"/", stubborn(g.Address)).Post(t.Context(), testForm)
		mustFail(t, trip, "calling gateway: ")
		if !trip.Sent {
			t.Error("not sent, but the gateway has read it")
		}
		if posts := g.Posts.Load(); posts != 1 {
			t.Errorf("the gateway read %d requests, want 1", posts)
		}
	})
}

// Nobody listens: surely nothing was sent, and another host may be tried.
func TestPostRefusedConnection(t *testing.T) {
	t.Parallel()
	t.Run("by the only host", func(t *testing.T) {
		t.Parallel()
		trip := provisioned(t, "http://"+port.Free(t)+"/", nil).Post(t.Context(), testForm)
		mustFail(t, trip, "connection refused")
		if trip.Sent {
			t.Error("sent, but nobody listens")
		}
	})
	t.Run("by the first of two", func(t *testing.T) {
		t.Parallel()
		g := rawgateway.New(t, func(g *rawgateway.Gateway, conn *net.TCPConn) {
			if g.Take(bufio.NewReader(conn)) {
				_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
			}
		})
		refusing := port.Free(t)
		proxy := stubborn(refusing, g.Address)
		proxy["health_checks"] = map[string]any{"passive": map[string]any{"fail_duration": "1m"}}
		trip := provisioned(t, "http://"+refusing+"/", proxy).Post(t.Context(), testForm)
		if trip.Err != nil || string(trip.Body) != "ok" || !trip.Sent {
			t.Errorf("carried %q, sent %v, %v", trip.Body, trip.Sent, trip.Err)
		}
		if n := g.Posts.Load(); n != 1 {
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
