package caddymodule

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
)

func TestListenerWrapperCaddyfile(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		wait  time.Duration
		fails bool
	}{
		"paybridge":           {0, false},
		"paybridge 50ms":      {50 * time.Millisecond, false},
		"paybridge soon":      {0, true},
		"paybridge -1s":       {0, true},
		"paybridge 50ms 60ms": {0, true},
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			var w ListenerWrapper
			err := w.UnmarshalCaddyfile(caddyfile.NewTestDispenser(text))
			if (err != nil) != want.fails {
				t.Fatalf("error %v", err)
			}
			if want.fails {
				return
			}
			if got := time.Duration(w.Wait); got != want.wait {
				t.Errorf("wait %s", got)
			}
		})
	}
}

// handingOver is a server with the listener wrapper. Its next configuration listens at
// the same address, and its foreign page says so.
type handingOver struct {
	*server
	address string
}

func startHandingOver(t *testing.T, wrapper string) *handingOver {
	t.Helper()
	s := startServerFrom(t, "", func(caddyfile string) string {
		return strings.Replace(caddyfile, "{\n", "{\n\tservers {\n\t\tlistener_wrappers {\n\t\t\t"+wrapper+"\n\t\t}\n\t}\n", 1)
	})
	h := &handingOver{s, strings.TrimPrefix(s.url, "http://")}
	s.config = bytes.ReplaceAll(s.config, []byte("127.0.0.1:0"), []byte(h.address))
	s.config = bytes.ReplaceAll(s.config, []byte("somebody else's page"), []byte("the new page"))
	return h
}

// connect connects, and returns when the server has accepted the connection: it does so
// in their order.
func (h *handingOver) connect(t *testing.T) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", h.address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	h.page(t)
	return conn
}

// page asks for the foreign page, on a connection of its own.
func (h *handingOver) page(t *testing.T) string {
	t.Helper()
	conn, err := net.Dial("tcp", h.address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	return ask(t, conn, "GET / HTTP/1.1\r\nHost: pay\r\nConnection: close\r\n\r\n")
}

// ask sends a request and returns the answer's content.
func ask(t *testing.T, conn net.Conn, request string) string {
	t.Helper()
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	reply, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatalf("the request is not answered: %v", err)
	}
	defer reply.Body.Close()
	content, err := io.ReadAll(reply.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// reload loads the new configuration, and returns once it serves what tells that the
// old one has been stopped.
func (h *handingOver) reload(t *testing.T) <-chan error {
	t.Helper()
	loaded := make(chan error, 1)
	go func() { loaded <- caddy.Load(h.config, true) }()
	for h.page(t) != "the new page" {
		<-time.After(time.Millisecond)
	}
	return loaded
}

// TestReloadAnswersAcceptedConnection: a merchant's program that has connected before a
// reload and sends its request when the new configuration serves already is answered.
func TestReloadAnswersAcceptedConnection(t *testing.T) {
	h := startHandingOver(t, "paybridge 10m")
	conn := h.connect(t)
	loaded := h.reload(t)
	select {
	case err := <-loaded:
		t.Errorf("the reload is over, %v, and a connection has not brought its request", err)
	default:
	}
	got := ask(t, conn, "POST /api/query HTTP/1.1\r\nHost: pay\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 5\r\n\r\nreq=x")
	if !strings.Contains(got, `"resp"`) {
		t.Errorf("the answer is %q", got)
	}
	if err := <-loaded; err != nil {
		t.Error(err)
	}
}

// TestReloadWithIdleConnection: a connection that brings no request holds a reload up no
// longer than its time. That it is waited for that long, and what else counts, is tested
// in internal/graceful.
func TestReloadWithIdleConnection(t *testing.T) {
	h := startHandingOver(t, "paybridge 200ms")
	h.connect(t)
	select {
	case err := <-h.reload(t):
		if err != nil {
			t.Error(err)
		}
	case <-time.After(time.Minute):
		t.Error("the reload waits")
	}
	if got := h.page(t); got != "the new page" {
		t.Errorf("afterwards the page is %q", got)
	}
}
