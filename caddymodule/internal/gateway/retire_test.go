package gateway

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

// openConnections counts a server's connections.
type openConnections struct {
	mu   sync.Mutex
	open map[net.Conn]bool
}

func (c *openConnections) see(conn net.Conn, state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open[conn] = true
	if state == http.StateClosed || state == http.StateHijacked {
		delete(c.open, conn)
	}
}

func (c *openConnections) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.open)
}

// A call that is in hand when its configuration ends is finished, and leaves no
// connection behind; neither does one that is begun after that.
func TestRetiredGatewayKeepsNoConnection(t *testing.T) {
	t.Parallel()
	for name, http2 := range map[string]bool{"http/1.1": false, "http/2": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			arrived, finish := make(chan string, 8), make(chan struct{})
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				// A gateway reads what it is sent. By HTTP/2 an answer to an unread form
				// resets its stream, and Caddy's body may then be read and closed at once.
				_, _ = io.Copy(io.Discard, r.Body)
				arrived <- r.Proto
				<-finish
				_, _ = io.WriteString(w, "answer")
			}))
			conns := &openConnections{open: make(map[net.Conn]bool)}
			server.Config.ConnState = conns.see
			server.EnableHTTP2 = http2
			server.StartTLS()
			t.Cleanup(server.Close)
			g := provisioned(t, server.URL, map[string]any{"upstreams": []map[string]string{{"dial": server.Listener.Addr().String()}}, "transport": map[string]any{
				"protocol": "http", "tls": map[string]any{"insecure_skip_verify": true},
				"keep_alive": map[string]any{"idle_timeout": "1h"},
			}})
			var calls sync.WaitGroup
			call := func() {
				if trip := g.Post(context.Background(), "a=b"); string(trip.Body) != "answer" {
					t.Errorf("%+v", trip)
				}
			}
			for range 3 {
				calls.Go(call)
			}
			for range 3 {
				if proto := <-arrived; (proto == "HTTP/2.0") != http2 {
					t.Fatalf("the test speaks %s", proto)
				}
			}
			g.Retire()
			close(finish)
			calls.Wait()
			call()
			for end := time.Now().Add(time.Minute); conns.count() > 0; {
				if time.Now().After(end) {
					t.Fatalf("%d connections are left", conns.count())
				}
				<-time.After(time.Millisecond)
			}
		})
	}
}
