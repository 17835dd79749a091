package oldgateway

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/paybridge/paybridge/caddymodule/internal/gatewayproxy"
	"github.com/paybridge/paybridge/caddymodule/internal/netcause"
)

// tryTime is how long the old gateway may take until it begins to answer Try.
const tryTime = 5 * time.Second

// Try asks the old gateway for the page at /, as a browser that calls host would, and
// returns the status of the answer. It takes the way that requests take which are
// passed on. The error says why there was no answer.
func (g *Gateway) Try(ctx context.Context, host string) (status int, err error) {
	ctx, cancel := context.WithTimeout(ctx, 2*tryTime) // also of a page that never ends
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, g.address("/"), nil)
	if err != nil {
		return 0, fmt.Errorf("asking the old gateway: %w", err)
	}
	reply, err := g.ask(r, host, tryTime)
	return reply.Status, err
}

// address is that of a path at the old gateway.
func (g *Gateway) address(path string) string { return g.url.Scheme + "://" + g.url.Host + path }

// ask sends a request of the bridge's own, as one who calls host, and returns the answer,
// which begins within a time.
func (g *Gateway) ask(r *http.Request, host string, within time.Duration) (reply Reply, err error) {
	way := netcause.Trace{ForClient: true}
	r = r.WithContext(way.Watch(r.Context()))
	r.Host = host
	r.Header.Set("User-Agent", "paybridge")
	w := dropped{}
	r = caddyhttp.PrepareRequest(r, caddy.NewReplacer(), w, &caddyhttp.Server{})
	defer gatewayproxy.CatchAbort(func() { reply, err = Reply{}, errBrokeOff })
	if err := g.Pass(w, r, within, &reply); err != nil {
		return Reply{}, netcause.Wrap(err, way.Of(err, g.url.Host))
	}
	return reply, nil
}

// dropped is where an answer goes that nobody waits for: its own header.
type dropped http.Header

// Header implements http.ResponseWriter.
func (d dropped) Header() http.Header { return http.Header(d) }

// WriteHeader implements http.ResponseWriter.
func (dropped) WriteHeader(int) {}

// Write implements http.ResponseWriter.
func (dropped) Write(p []byte) (int, error) { return len(p), nil }
