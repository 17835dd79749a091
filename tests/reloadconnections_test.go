package tests

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"testing"

	"github.com/paybridge/paybridge/tests/sandbox"
)

// connections counts the connections that a server has.
type connections struct {
	mu   sync.Mutex
	open map[net.Conn]bool
}

func (c *connections) see(conn net.Conn, state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch state {
	case http.StateNew:
		c.open[conn] = true
	case http.StateClosed, http.StateHijacked:
		delete(c.open, conn)
	}
}

func (c *connections) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.open)
}

// After a reload no connection to the gateway is left of the configuration
// before, neither of those that rested when it ended nor of calls that it had in
// hand: they would keep an address that has been given up, or a certificate that
// has been changed.
func TestReloadClosesGatewayConnections(t *testing.T) {
	t.Parallel()
	w := newWorld(t, settings{Bind: "bind fd/3", Global: graceful}) // no payment is lost in a reload
	w.bridge.listen()
	inside, err := url.Parse(w.settings.Gateway)
	if err != nil {
		t.Fatal(err)
	}
	inside.Path = ""
	conns := &connections{open: make(map[net.Conn]bool)}
	front := httptest.NewUnstartedServer(httputil.NewSingleHostReverseProxy(inside))
	front.Config.ConnState = conns.see
	front.Start()
	t.Cleanup(func() { front.CloseClientConnections(); front.Close() })
	w.settings.Gateway = front.URL + sandbox.OnePayPath + " {\n\t\t\ttransport http {\n\t\t\t\tkeepalive 1h\n\t\t\t}\n\t\t}"
	w.writeConfig(w.bridge)
	w.bridge.start()
	payments := func() {
		var all sync.WaitGroup
		for range 8 {
			p := w.payment("intl", "WxCode", 1999) // paid at once: nothing is asked later
			all.Go(func() {
				if reply, err := w.client("intl").Pay(w.ctx(), p); err != nil || reply.RespCode != "00" {
					t.Errorf("%+v, %v", reply, err)
				}
			})
		}
		all.Wait()
	}
	for round := range 3 {
		payments()
		if conns.count() == 0 {
			t.Fatal("no connection rests; the test sees nothing")
		}
		if round == 2 { // calls are in hand while the configuration ends
			var all sync.WaitGroup
			all.Go(payments)
			if err := w.bridge.reload(w.ctx()); err != nil {
				t.Fatal(err)
			}
			all.Wait()
		}
		if err := w.bridge.reload(w.ctx()); err != nil {
			t.Fatal(err)
		}
		if !eventually(func() bool { return conns.count() == 0 }) {
			t.Fatalf("round %d: %d connections to the gateway are left", round, conns.count())
		}
	}
}
