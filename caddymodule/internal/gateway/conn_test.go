package gateway

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp/reverseproxy"

	"github.com/paybridge/paybridge/caddymodule/internal/bridge"
	"github.com/paybridge/paybridge/tests/rawgateway"
)

// answering serves each request of a connection when the test lets it.
func answering(t *testing.T, asked chan<- struct{}, let <-chan struct{}) *rawgateway.Gateway {
	t.Helper()
	return rawgateway.New(t, func(g *rawgateway.Gateway, conn *net.TCPConn) {
		for r := bufio.NewReader(conn); g.Take(r); {
			asked <- struct{}{}
			<-let
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
		}
	})
}

// A connection whose answer is not believed takes no further request, and the request
// that is on it already is not cut off: it may be another merchant's payment.
func TestDiscardCutsNobodyOff(t *testing.T) {
	t.Parallel()
	asked, let := make(chan struct{}, 1), make(chan struct{}, 1)
	raw := answering(t, asked, let)
	g := provisioned(t, "http://"+raw.Address+"/", nil)
	post := func() <-chan bridge.RoundTrip {
		done := make(chan bridge.RoundTrip, 1)
		go func() { done <- g.Post(t.Context(), testForm) }()
		<-asked
		return done
	}
	answered := func(done <-chan bridge.RoundTrip) bridge.RoundTrip {
		t.Helper()
		let <- struct{}{}
		trip := <-done
		if trip.Err != nil || string(trip.Body) != "ok" {
			t.Fatalf("carried %q, %v", trip.Body, trip.Err)
		}
		return trip
	}
	first := answered(post())
	second := post()
	if conns := raw.Conns.Load(); conns != 1 {
		t.Fatalf("%d connections, want the first one to be used again", conns)
	}
	first.Discard()
	answered(second).Discard()
	answered(post())
	answered(post()).Discard()
	if conns, posts := raw.Conns.Load(), raw.Posts.Load(); conns != 2 || posts != 4 {
		t.Errorf("%d connections and %d requests, want 2 and 4", conns, posts)
	}
}

// The same with many at once: half of the answers are not believed, and each request
// is answered and arrives once.
func TestDiscardUnderLoad(t *testing.T) {
	t.Parallel()
	raw := rawgateway.New(t, func(g *rawgateway.Gateway, conn *net.TCPConn) {
		for r := bufio.NewReader(conn); g.Take(r); {
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
		}
	})
	g := provisioned(t, "http://"+raw.Address+"/", nil)
	const callers, calls = 8, 200
	var wait sync.WaitGroup
	for caller := range callers {
		wait.Go(func() {
			for range calls {
				trip := g.Post(t.Context(), testForm)
				if trip.Err != nil || string(trip.Body) != "ok" {
					t.Errorf("carried %q, %v", trip.Body, trip.Err)
				}
				if caller%2 == 0 {
					trip.Discard()
				}
			}
		})
	}
	wait.Wait()
	if posts := raw.Posts.Load(); posts != callers*calls {
		t.Errorf("%d requests arrived, want %d", posts, callers*calls)
	}
	if resting := len(g.connections.users); resting != 0 {
		t.Errorf("%d calls are still noted", resting)
	}
}

// connected returns one end of a new connection; the other is closed with the test.
func connected(t *testing.T) net.Conn {
	t.Helper()
	here, there := net.Pipe()
	t.Cleanup(func() { _ = there.Close() })
	return here
}

// A call that the transport gave a connection to may come to write on it much later, when
// it has long been closed and many others as well: nothing of it has left then.
func TestClosedConnectionIsRefused(t *testing.T) {
	t.Parallel()
	all := newConnections(nil)
	use := func(conn net.Conn, reused bool) *usedConn {
		u := &usedConn{all: all}
		u.take(conn, reused)
		return u
	}
	conn := connected(t)
	first := use(conn, false)
	if first.release() {
		t.Fatal("a new connection was refused")
	}
	first.discard()
	for range 1000 {
		other := use(connected(t), false)
		other.release()
		other.discard()
	}
	if late := use(conn, true); !late.release() {
		t.Error("a connection that is closed was taken")
	}
	if resting := len(all.users); resting != 0 {
		t.Errorf("%d calls are still noted", resting)
	}
}

// The transport may try a second connection by itself: the first one is not the call's
// any more.
func TestSecondConnectionOfACall(t *testing.T) {
	t.Parallel()
	all := newConnections(nil)
	call, first, second := &usedConn{all: all}, connected(t), connected(t)
	call.take(first, true)
	(&usedConn{all: all, conn: first}).discard() // what the call before got on it is not believed
	call.take(second, true)
	if !isClosed(first) || isClosed(second) {
		t.Error("want the first connection closed, for its answers are not believed, and the second open")
	}
	if call.release() || len(all.users) != 0 {
		t.Errorf("the second connection was refused, or %d calls are still noted", len(all.users))
	}
}

// untouchable is what a transport shows of a connection by HTTP/3.
type untouchable struct{ net.Conn }

// Where calls share a connection, one whose answer is not believed cuts off no other.
func TestSharedConnectionStays(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"h2c", "3"} {
		all := newConnections(&reverseproxy.HTTPTransport{Versions: []string{version}})
		var calls [3]usedConn
		for i := range calls {
			calls[i].all = all
			calls[i].take(untouchable{}, i > 0)
		}
		for i := range calls {
			if calls[i].release() {
				t.Errorf("%s: a shared connection was refused", version)
			}
			calls[i].discard()
		}
	}
}

// The same with a real gateway that speaks HTTP/2 without TLS.
func TestDiscardByH2C(t *testing.T) {
	t.Parallel()
	asked, answer := make(chan string), map[string]chan struct{}{"first": make(chan struct{}), "second": make(chan struct{})}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		form, _ := io.ReadAll(r.Body)
		asked <- r.Proto
		<-answer[string(form)]
		_, _ = w.Write(form)
	}))
	server.Config.Protocols = new(http.Protocols)
	server.Config.Protocols.SetUnencryptedHTTP2(true)
	server.Start()
	t.Cleanup(server.Close)
	g := provisioned(t, server.URL, map[string]any{
		"upstreams": []map[string]string{{"dial": server.Listener.Addr().String()}},
		"transport": map[string]any{"protocol": "http", "versions": []string{"h2c"}},
	})
	trips := make(map[string]chan bridge.RoundTrip)
	for _, form := range []string{"first", "second"} {
		trip := make(chan bridge.RoundTrip, 1)
		trips[form] = trip
		go func() { trip <- g.Post(t.Context(), form) }()
		if proto := <-asked; proto != "HTTP/2.0" {
			t.Fatalf("the test speaks %s", proto)
		}
	}
	for _, form := range []string{"second", "first"} {
		close(answer[form])
		trip := <-trips[form]
		if trip.Err != nil || string(trip.Body) != form {
			t.Fatalf("%s: carried %q, %v", form, trip.Body, trip.Err)
		}
		trip.Discard()
	}
}
