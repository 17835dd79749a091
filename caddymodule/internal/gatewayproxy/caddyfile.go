package gatewayproxy

import (
	"encoding/json"
	"fmt"
	"net/url"

	"github.com/caddyserver/caddy/v2/caddyconfig"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp/reverseproxy"
)

// refused are subdirectives of reverse_proxy that would break the rule that a
// payment reaches the gateway once and unchanged.
var refused = map[string]bool{
	"lb_retry_match": true, "handle_response": true, "replace_status": true, "rewrite": true, "method": true,
}

// Read reads a directive: the address, with parse, and the block, which it hands to
// reverse_proxy as if the operator had written
//
//	reverse_proxy <scheme://host> { … }
//
// example is an address for error messages.
func Read(d *caddyfile.Dispenser, example string, parse func(string) (*url.URL, error)) (address string, proxy json.RawMessage, err error) {
	directive, segment := d.Val(), d.NextSegment()
	if len(segment) < 2 || segment[1].Text == "{" {
		return "", nil, d.Errf("%s: an address is missing; write: %s %s", directive, directive, example)
	}
	if len(segment) > 2 && segment[2].Text != "{" {
		return "", nil, d.Errf("%s: unexpected %q; further hosts go into the block as: to https://HOST", directive, segment[2].Text)
	}
	address = segment[1].Text
	u, err := parse(address)
	if err != nil {
		return "", nil, d.WrapErr(err)
	}
	if err := checkBlock(directive, caddyfile.NewDispenser(segment)); err != nil {
		return "", nil, err
	}
	segment[0].Text, segment[1].Text = "reverse_proxy", u.Scheme+"://"+u.Host
	handler := new(reverseproxy.Handler)
	if err := handler.UnmarshalCaddyfile(caddyfile.NewDispenser(segment)); err != nil {
		return "", nil, fmt.Errorf("%s: %w", directive, err)
	}
	return address, caddyconfig.JSONModuleObject(handler, "handler", "reverse_proxy", nil), nil
}

func checkBlock(directive string, d *caddyfile.Dispenser) error {
	d.Next() // the directive
	d.Next() // the address
	for d.NextBlock(0) {
		if refused[d.Val()] {
			return d.WrapErr(refusal(directive, d.Val()))
		}
		d.NextSegment()
	}
	return nil
}
