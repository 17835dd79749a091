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
	var way netcause.Trace
	r, err := http.NewRequestWithContext(way.Watch(ctx), http.MethodGet, g.url.Scheme+"://"+g.url.Host+"/", nil)
	if err != nil {
		return 0, fmt.Errorf("asking the old gateway: %w", err)
	}
	r.Host = host
	r.Header.Set("User-Agent", "paybridge")
	w := dropped{}
	r = caddyhttp.PrepareRequest(r, caddy.NewReplacer(), w, &caddyhttp.Server{})
	defer gatewayproxy.CatchAbort(func() { err = errBrokeOff })
	var reply Reply
	if err := g.Pass(w, r, tryTime, &reply); err != nil {
		return 0, netcause.Wrap(err, way.Of(err, g.url.Host))
	}
	return reply.Status, nil
}

// dropped is where an answer goes that nobody waits for: its own header.
type dropped http.Header

// Header implements http.ResponseWriter.
func (d dropped) Header() http.Header { return http.Header(d) }

// WriteHeader implements http.ResponseWriter.
func (dropped) WriteHeader(int) {}

// Write implements http.ResponseWriter.
func (dropped) Write(p []byte) (int, error) { return len(p), nil }
