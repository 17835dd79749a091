package oldgateway

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/paybridge/paybridge/caddymodule/internal/crash"
	"github.com/paybridge/paybridge/tests/caddyctx"
)

// Whoever waits has an answer when the time is over, however long the operator lets the
// proxy try again, and the old gateway is asked once.
func TestPatienceEndsTries(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		<-r.Context().Done()
	}))
	t.Cleanup(server.Close)
	g := &Gateway{URL: server.URL, ProxyRaw: []byte(`{"handler":"reverse_proxy","upstreams":[{"dial":"` + server.Listener.Addr().String() + `"}],` +
		`"load_balancing":{"try_duration":"1h","try_interval":"1ms"}}`)}
	provision(t, g)
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/wxjsapi/gopay.html", nil)
	w := httptest.NewRecorder()
	r = caddyhttp.PrepareRequest(r, caddy.NewReplacer(), w, &caddyhttp.Server{})
	if err := g.Pass(w, r, 100*time.Millisecond, nil); !errors.Is(err, context.DeadlineExceeded) { // or an hour later
		t.Errorf("error %v", err)
	}
	if n := asked.Load(); n > 1 {
		t.Errorf("asked %d times", n)
	}
}

// provision provisions a gateway for a test.
func provision(t *testing.T, g *Gateway) {
	t.Helper()
	ctx := caddyctx.New(t)
	caddyctx.Provisioning.Lock()
	err := g.Provision(ctx)
	caddyctx.Provisioning.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.Retire)
}

// roundTrip is a transport.
type roundTrip func() (*http.Response, error)

func (f roundTrip) RoundTrip(*http.Request) (*http.Response, error) { return f() }

// crashing is a body that panics when it has been read.
type crashing struct {
	io.Reader
	value any
}

func (c crashing) Read(p []byte) (int, error) {
	if n, err := c.Reader.Read(p); err == nil {
		return n, nil
	}
	panic(c.value)
}

func (crashing) Close() error { return nil }

// TestPanicInProxy: a panic before the answer has begun is an error, of which the caller
// makes an answer; one afterwards ends the answer. It is logged where it happened, without
// what it holds of a payload.
func TestPanicInProxy(t *testing.T) {
	t.Parallel()
	const secret = "openid=oUpF8uMuAJO"
	answers := func(value any) roundTrip {
		return func() (*http.Response, error) {
			return &http.Response{
				StatusCode: http.StatusOK, ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{"Content-Type": {"text/html"}},
				ContentLength: -1, Body: crashing{strings.NewReader("half"), value},
			}, nil
		}
	}
	for name, test := range map[string]struct {
		proxy  roundTrip
		begun  bool
		logged int
	}{
		"before the answer":              {func() (*http.Response, error) { panic(secret) }, false, 1},
		"abort, before the answer":       {func() (*http.Response, error) { panic(http.ErrAbortHandler) }, false, 0},
		"in the middle of an answer":     {answers(secret), true, 1},
		"abort, in the middle of answer": {answers(http.ErrAbortHandler), true, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := &Gateway{URL: "http://127.0.0.1:1"}
			provision(t, g)
			core, logs := observer.New(zap.DebugLevel)
			g.log, g.proxy.Transport = zap.New(core), test.proxy
			w := httptest.NewRecorder()
			w.Header().Set("Server", "Caddy")
			r := caddyhttp.PrepareRequest(httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/mpgateway", nil),
				caddy.NewReplacer(), w, &caddyhttp.Server{})
			var err error
			ended := func() (ended any) {
				defer func() { ended = recover() }()
				err = g.Pass(w, r, 0, nil)
				return nil
			}()
			if test.begun != (ended == http.ErrAbortHandler) || !test.begun && ended != nil { //nolint:errorlint // as net/http compares it
				t.Errorf("panics with %v", ended)
			}
			if !test.begun && (err == nil || w.Body.Len() > 0 || w.Header().Get("Server") != "Caddy") {
				t.Errorf("error %v; written %q, %v", err, w.Body, w.Header())
			}
			if isBug := test.logged > 0; !test.begun && isBug != errors.Is(err, crash.ErrLogged) {
				t.Errorf("error %v", err)
			}
			lines := logs.FilterMessage("panic while passing a request on to the old gateway")
			if lines.Len() != test.logged {
				t.Errorf("%d lines of the panic", lines.Len())
			}
			for _, line := range logs.All() {
				for key, value := range line.ContextMap() {
					if text, is := value.(string); is && strings.Contains(text, secret) {
						t.Errorf("%s has %q", key, text)
					}
				}
			}
		})
	}
}
