package gateway

import (
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"

	"github.com/paybridge/paybridge/caddymodule/internal/gatewayproxy"
)

// UnmarshalCaddyfile reads the address and the block, which is that of
// reverse_proxy.
func (g *Gateway) UnmarshalCaddyfile(d *caddyfile.Dispenser) (err error) {
	g.URL, g.ProxyRaw, err = gatewayproxy.Read(d, "https://HOST/PATH", parseURL)
	return err //nolint:wrapcheck // it names the directive and the line
}

var _ caddyfile.Unmarshaler = (*Gateway)(nil)
