package gateway

import (
	"fmt"

	"github.com/caddyserver/caddy/v2/caddyconfig"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp/reverseproxy"
)

// refusedProxyDirectives are subdirectives of reverse_proxy that would break the
// rule that a payment reaches the gateway once and unchanged.
var refusedProxyDirectives = map[string]bool{
	"lb_retry_match": true, "handle_response": true, "replace_status": true, "rewrite": true, "method": true,
}

// UnmarshalCaddyfile reads the address and hands the block to reverse_proxy, as if
// the operator had written
//
//	reverse_proxy <scheme://host> { … }
func (g *Gateway) UnmarshalCaddyfile(d *caddyfile.Dispenser) error {
	segment := d.NextSegment()
	if len(segment) < 2 || segment[1].Text == "{" {
		return d.Err("gateway: an address is missing; write: gateway https://HOST/PATH")
	}
	if len(segment) > 2 && segment[2].Text != "{" {
		return d.Errf("gateway: unexpected %q; further hosts go into the block as: to https://HOST", segment[2].Text)
	}
	address := segment[1].Text
	u, err := parseURL(address)
	if err != nil {
		return d.WrapErr(err)
	}
	if err := checkProxyDirectives(caddyfile.NewDispenser(segment)); err != nil {
		return err
	}
	segment[0].Text, segment[1].Text = "reverse_proxy", u.Scheme+"://"+u.Host
	proxy := new(reverseproxy.Handler)
	if err := proxy.UnmarshalCaddyfile(caddyfile.NewDispenser(segment)); err != nil {
		return fmt.Errorf("gateway: %w", err)
	}
	g.URL, g.ProxyRaw = address, caddyconfig.JSONModuleObject(proxy, "handler", "reverse_proxy", nil)
	return nil
}

func checkProxyDirectives(d *caddyfile.Dispenser) error {
	d.Next() // gateway
	d.Next() // the address
	for d.NextBlock(0) {
		if refusedProxyDirectives[d.Val()] {
			return d.Errf("gateway: %s is not allowed here: a payment must reach the gateway once and unchanged; remove it", d.Val())
		}
		d.NextSegment()
	}
	return nil
}

var _ caddyfile.Unmarshaler = (*Gateway)(nil)
