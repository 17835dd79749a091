package oldgateway

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

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
	ctx := caddyctx.New(t)
	caddyctx.Provisioning.Lock()
	err := g.Provision(ctx)
	caddyctx.Provisioning.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.Retire)
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
