package api

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// listen serves the API as Caddy does and returns a client of it.
func (w *world) listen(network, address string) *Client {
	w.t.Helper()
	l, err := net.Listen(network, address)
	must(err)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if err := w.server.ServeHTTP(rw, r); err != nil {
			refuseAsCaddy(rw, err)
		}
	}))
	server.Listener = l
	server.Start()
	w.t.Cleanup(server.Close)
	name := l.Addr().String()
	if network == "unix" {
		name = "unix/" + name + "|0200"
	}
	c, err := NewClient(name, "ada")
	must(err)
	w.t.Cleanup(c.http.CloseIdleConnections)
	return c
}

// What a client asks for arrives as it was meant, over TCP and over a socket.
func TestClient(t *testing.T) {
	t.Parallel()
	for network, address := range map[string]string{"tcp": "127.0.0.1:0", "unix": filepath.Join(t.TempDir(), "admin.sock")} {
		t.Run(network, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			want := w.order("89900001", translate.InDoubt, time.Hour)
			w.order("89900001", translate.Pending, time.Hour)
			w.order("89900001", translate.InDoubt, 3*time.Hour)
			c := w.listen(network, address)
			query := OrdersQuery{
				MerID: "89900001", State: []translate.State{translate.InDoubt, translate.Sent}, Page: Page{Limit: 2},
				Window: Window{From: present.Add(-2 * time.Hour), To: present.In(translate.Beijing)},
			}
			var list OrderList
			if err := c.Get(t.Context(), "orders", query, &list); err != nil {
				t.Fatal(err)
			}
			if len(list.Items) != 1 || list.Items[0].OrderID != want.OrderID {
				t.Errorf("%+v", list)
			}
			var answer PauseAnswer
			if err := c.Post(t.Context(), "merchants/pause", PauseRequest{MerID: "89900001", Why: "repair"}, &answer); err != nil || !answer.Paused {
				t.Errorf("%+v, %v", answer, err)
			}
			changes, err := w.ledger.Changes(t.Context(), ledger.ChangeFilter{Limit: 1})
			if err != nil || len(changes.Items) != 1 || !strings.HasPrefix(changes.Items[0].Who, "ada from ") {
				t.Errorf("%+v, %v", changes, err)
			}
		})
	}
}

// A client says what happened and what to do.
func TestClientErrors(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.listen("tcp", "127.0.0.1:0")
	var refusal *Refusal
	err := c.Get(t.Context(), "order", OrderQuery{MerID: "89900001", Number: "1"}, new(Timeline))
	if !errors.As(err, &refusal) || refusal.Status != http.StatusNotFound || !strings.Contains(err.Error(), "has no order with the number") {
		t.Errorf("unknown order: %v", err)
	}
	w.running = false
	var health HealthAnswer
	if err := c.Get(t.Context(), "health", nothing{}, &health); err != nil || health.Status != "not ready" {
		t.Errorf("health: %+v, %v", health, err)
	}
	if _, err := NewClient("localhost:2019-2020", "ada"); err == nil || !strings.Contains(err.Error(), "is not the address of an admin endpoint") {
		t.Errorf("two ports: %v", err)
	}
	for name, tc := range map[string]struct {
		status int
		body   string
		words  string
	}{
		"a page":            {http.StatusOK, "<html>", "something else than Paybridge"},
		"no Paybridge":      {http.StatusNotFound, "404 page not found", "has no Paybridge, or an older one"},
		"some other answer": {http.StatusTeapot, "", "HTTP status 418"},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(tc.status)
			_, _ = w.Write([]byte(tc.body))
		}))
		c, err := NewClient(strings.TrimPrefix(server.URL, "http://"), "ada")
		must(err)
		if err := c.Get(t.Context(), "orders", OrdersQuery{}, new(OrderList)); err == nil || !strings.Contains(err.Error(), tc.words) {
			t.Errorf("%s: %v", name, err)
		}
		c.http.CloseIdleConnections()
		server.Close()
	}
	nobody, err := NewClient("127.0.0.1:1", "ada")
	must(err)
	if err := nobody.Get(t.Context(), "orders", OrdersQuery{}, new(OrderList)); err == nil || !strings.Contains(err.Error(), "is Caddy running there?") {
		t.Errorf("nobody there: %v", err)
	}
}

func TestClientKnowsItsMachine(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"localhost:2019": true, "127.0.0.1:2019": true, "[::1]:2019": true, ":2019": true, "0.0.0.0:2019": true,
		"unix//run/caddy-admin.sock": true, "10.0.0.5:2019": false, "pay.example.com:2019": false,
	} {
		c, err := NewClient(address, "ada")
		if err != nil {
			t.Fatal(err)
		}
		if c.Local() != want {
			t.Errorf("%s: local %t", address, c.Local())
		}
	}
}
