// Package gateway reaches the v2 gateway: one POST for each message, through Caddy's
// own reverse_proxy, and never a second one. It says of each whether anything of it
// can have arrived, since that decides what becomes of a payment.
package gateway

import (
	"encoding/json"
	"fmt"
	"net/url"
	"sync/atomic"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp/reverseproxy"

	"github.com/paybridge/paybridge/caddymodule/internal/bridge"
	"github.com/paybridge/paybridge/caddymodule/internal/configerror"
	"github.com/paybridge/paybridge/caddymodule/internal/gatewayproxy"
)

// Gateway is the v2 gateway. It is reached through Caddy's own reverse_proxy,
// so that balancing, health checks and transport options are Caddy's and are
// configured as everywhere else; also the bridge's background work takes this
// way.
type Gateway struct {
	// The address of the gateway with its path, the same for every
	// transaction code: https://gw.example.com/onePayService/onePay.do
	URL string `json:"url"`

	// A reverse_proxy handler. Default: one whose only upstream is the host of
	// the URL. Options that would send a payment twice or change it on its way
	// are refused: lb_retry_match, handle_response, rewrite, method.
	ProxyRaw json.RawMessage `json:"proxy,omitempty" caddy:"namespace=http.handlers inline_key=handler"`

	url   *url.URL
	proxy *reverseproxy.Handler

	connections *connections
	retired     atomic.Bool // its configuration has ended
}

// Check validates the address.
func (g *Gateway) Check() error {
	_, err := g.address()
	return err
}

// Host returns the gateway's host, for logs.
func (g *Gateway) Host() string { return g.url.Host }

func (g *Gateway) address() (*url.URL, error) {
	if g == nil || g.URL == "" {
		return nil, fmt.Errorf("gateway: %w; write: gateway https://HOST/PATH", configerror.ErrMissing)
	}
	return parseURL(g.URL)
}

// Provision loads the reverse_proxy.
func (g *Gateway) Provision(ctx caddy.Context) error {
	u, err := g.address()
	if err != nil {
		return err
	}
	g.url = u
	if g.proxy, err = gatewayproxy.Load(ctx, "gateway", g, &g.ProxyRaw, u); err != nil {
		return err //nolint:wrapcheck // it names the directive
	}
	g.connections = newConnections(g.proxy.Transport)
	return nil
}

func parseURL(text string) (*url.URL, error) {
	u, err := gatewayproxy.ParseURL("gateway", text)
	if err != nil {
		return nil, err //nolint:wrapcheck // it names the directive
	}
	if (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.Fragment != "" {
		return nil, fmt.Errorf("gateway: %q is not an address; write https://HOST/PATH", text)
	}
	return u, nil
}

var (
	_ bridge.Gateway    = (*Gateway)(nil)
	_ caddy.Provisioner = (*Gateway)(nil)
)
