package gateway

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/paybridge/paybridge/caddymodule/internal/bridge"
	"github.com/paybridge/paybridge/caddymodule/internal/gatewayproxy"
	"github.com/paybridge/paybridge/caddymodule/internal/netcause"
)

// Post implements bridge.Gateway. Where the transport gives out a connection that is
// closed already, nothing has left, and the form takes another one.
func (g *Gateway) Post(ctx context.Context, form string) bridge.RoundTrip {
	defer g.closeIfRetired()
	for {
		trip, refused := g.post(ctx, form)
		if !refused || ctx.Err() != nil {
			return trip
		}
	}
}

// post sends a form on one connection, and reports whether that was refused.
func (g *Gateway) post(ctx context.Context, form string) (trip bridge.RoundTrip, refused bool) {
	body := &sentBody{text: strings.NewReader(form)}
	conn := &usedConn{all: g.connections}
	way := netcause.Trace{Connected: conn.take}
	req, err := http.NewRequestWithContext(way.Watch(ctx), http.MethodPost, g.url.String(), body)
	if err != nil {
		return bridge.RoundTrip{Err: netcause.Wrap(err, netcause.New(netcause.NoAddress, g.url.Host))}, false
	}
	req.ContentLength = int64(len(form))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("User-Agent", "paybridge")
	answer := &answerRecorder{header: http.Header{}}
	req = caddyhttp.PrepareRequest(req, caddy.NewReplacer(), answer, &caddyhttp.Server{})
	if err := g.serve(answer, req); err != nil {
		trip.Err = fmt.Errorf("calling gateway: %w", netcause.Wrap(err, way.Of(err, g.url.Host)))
	} else {
		trip.Body = answer.body.Bytes()
	}
	refused = conn.release()
	trip.Sent, trip.Discard = body.sent() && !refused, conn.discard
	return trip, refused
}

// serve has the proxy carry a request and says why no answer came back.
func (g *Gateway) serve(answer *answerRecorder, req *http.Request) (err error) {
	defer gatewayproxy.CatchAbort(func() { err = answer.brokeOff(req.Context()) })
	err = g.proxy.ServeHTTP(answer, req, gatewayproxy.NothingMore)
	switch ctx := req.Context(); {
	case err == nil && answer.status == http.StatusOK:
		return nil
	case ctx.Err() != nil: // the proxy may turn that into an answer 499
		return context.Cause(ctx)
	case err != nil:
		return err
	}
	status := bridge.StatusError(answer.status)
	if answer.status/100 == 3 {
		return netcause.Wrap(status, netcause.RedirectTo(g.url, answer.header.Get("Location")))
	}
	return status
}
