package oldgateway

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp/headers"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp/reverseproxy"
	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/gatewayproxy"
)

// Gateway is the v1 gateway that the bridge replaces. It is reached through
// Caddy's own reverse_proxy, and gets requests as they have come: body, query,
// path, Host and headers.
type Gateway struct {
	// The address of the old gateway without a path, since paths are passed on:
	// https://10.20.0.5
	URL string `json:"url"`

	// A reverse_proxy handler. Default: one whose only upstream is the host of
	// the URL. Options that would send a payment twice or change it on its way
	// are refused, as for the v2 gateway.
	ProxyRaw json.RawMessage `json:"proxy,omitempty" caddy:"namespace=http.handlers inline_key=handler"`

	log       *zap.Logger
	url       *url.URL
	proxy     *reverseproxy.Handler
	transport http.RoundTripper // that of reverse_proxy, beneath verbatim
}

// UnmarshalCaddyfile reads the address and the block, which is that of
// reverse_proxy.
func (g *Gateway) UnmarshalCaddyfile(d *caddyfile.Dispenser) (err error) {
	g.URL, g.ProxyRaw, err = gatewayproxy.Read(d, "https://HOST", parseURL)
	return err //nolint:wrapcheck // it names the directive and the line
}

// Check validates the address. A nil gateway, which is none, is right.
func (g *Gateway) Check() error {
	if g == nil {
		return nil
	}
	_, err := parseURL(g.URL)
	return err
}

// parseURL reads an address without a path.
func parseURL(text string) (*url.URL, error) {
	u, err := gatewayproxy.ParseURL("old_gateway", text)
	if err != nil {
		return nil, err //nolint:wrapcheck // it names the directive
	}
	bare := url.URL{Scheme: u.Scheme, Host: u.Host}
	if (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || strings.TrimSuffix(text, "/") != bare.String() {
		return nil, fmt.Errorf("old_gateway: %q is not the address of a server; write https://HOST without a path: paths are passed on as they come", text)
	}
	return u, nil
}

// Host returns the old gateway's host, for logs.
func (g *Gateway) Host() string { return g.url.Host }

// Provision loads the reverse_proxy, and makes it leave requests and answers as they
// are.
func (g *Gateway) Provision(ctx caddy.Context) error {
	u, err := parseURL(g.URL)
	if err != nil {
		return err
	}
	g.url, g.log = u, ctx.Logger()
	rests := restTime(g.ProxyRaw) // which loading the module clears
	if g.proxy, err = gatewayproxy.Load(ctx, "old_gateway", g, &g.ProxyRaw, u); err != nil {
		return err //nolint:wrapcheck // it names the directive
	}
	g.transport = g.proxy.Transport
	setTransport(g.transport, rests)
	keepHost(g.proxy)
	g.proxy.Transport = verbatim{g.transport}
	return nil
}

// Retire closes the connections that rest, at the end of a configuration.
func (g *Gateway) Retire() {
	gatewayproxy.CloseIdle(g.transport)
}

// restLimit is how long a connection may rest before it is closed. Servers of the
// time close theirs after 5 s and more; a POST that is sent in that very moment is
// lost, and must not be sent again.
const restLimit = 3 * time.Second

// restTime is how long connections may rest: the default, unless the operator has
// said otherwise.
func restTime(proxy json.RawMessage) time.Duration {
	var options struct {
		Transport struct {
			KeepAlive struct {
				IdleTimeout caddy.Duration `json:"idle_timeout"`
			} `json:"keep_alive"`
		} `json:"transport"`
	}
	// Loading the module says what is wrong with it.
	if err := json.Unmarshal(proxy, &options); err != nil || options.Transport.KeepAlive.IdleTimeout <= 0 {
		return restLimit
	}
	return time.Duration(options.Transport.KeepAlive.IdleTimeout)
}

// setTransport makes a transport of Caddy's own ask for no compression, and has its
// connections rest so long.
func setTransport(transport http.RoundTripper, rests time.Duration) {
	if own, ok := transport.(*reverseproxy.HTTPTransport); ok {
		own.Transport.DisableCompression = true
		own.Transport.IdleConnTimeout = rests
	}
}

// keepHost makes the proxy send the client's Host also over https, unless the
// operator has said otherwise.
func keepHost(proxy *reverseproxy.Handler) {
	if proxy.Headers == nil {
		proxy.Headers = new(headers.Handler)
	}
	if proxy.Headers.Request == nil {
		proxy.Headers.Request = new(headers.HeaderOps)
	}
	request := proxy.Headers.Request
	if request.Set == nil {
		request.Set = http.Header{}
	}
	if request.Set.Get("Host") == "" {
		request.Set.Set("Host", "{http.request.hostport}")
	}
}

var (
	_ caddy.Provisioner     = (*Gateway)(nil)
	_ caddyfile.Unmarshaler = (*Gateway)(nil)
)
