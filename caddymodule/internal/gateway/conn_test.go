package gateway

import (
	"bufio"
	"io"
	"net"
	"sync"
	"testing"

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
