// Package gatewayproxy configures Caddy's reverse_proxy as the way to a gateway. It
// refuses what would break the rule that no layer sends a POST again or changes it.
//
// directive is, in all of it, the one whose reverse_proxy it is: gateway or
// old_gateway.
package gatewayproxy

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp/reverseproxy"

	"github.com/paybridge/paybridge/caddymodule/internal/origin"
)

// Default is a reverse_proxy whose only upstream is the host of a URL.
func Default(u *url.URL) (json.RawMessage, error) {
	proxy := map[string]any{
		"handler":   "reverse_proxy",
		"upstreams": []map[string]string{{"dial": net.JoinHostPort(u.Hostname(), origin.Port(u))}},
	}
	if u.Scheme == "https" {
		proxy["transport"] = map[string]any{"protocol": "http", "tls": struct{}{}}
	}
	return json.Marshal(proxy)
}

// Load loads the guest in owner's field ProxyRaw, which raw points to. Where there is
// none it is [Default] of u.
func Load(ctx caddy.Context, directive string, owner any, raw *json.RawMessage, u *url.URL) (*reverseproxy.Handler, error) {
	if *raw == nil {
		var err error
		if *raw, err = Default(u); err != nil {
			return nil, fmt.Errorf("%s: %w", directive, err)
		}
	}
	guest, err := ctx.LoadModule(owner, "ProxyRaw")
	if err != nil {
		return nil, fmt.Errorf("%s: loading reverse_proxy: %w", directive, err)
	}
	proxy, ok := guest.(*reverseproxy.Handler)
	if !ok {
		return nil, fmt.Errorf("%s: proxy must be a reverse_proxy handler, not %T", directive, guest)
	}
	return proxy, check(directive, proxy)
}

// CloseIdle closes the connections of a proxy's transport that rest.
func CloseIdle(transport http.RoundTripper) {
	switch transport := transport.(type) {
	case *reverseproxy.HTTPTransport:
		transport.Transport.CloseIdleConnections()
	case interface{ CloseIdleConnections() }:
		transport.CloseIdleConnections()
	}
}

// NothingMore is the handler behind a proxy, which hands nothing on.
var NothingMore = caddyhttp.HandlerFunc(func(http.ResponseWriter, *http.Request) error { return nil })

// CatchAbort is deferred where a proxy serves without a server around it. The proxy ends
// an answer that breaks off half-way with a panic, as the standard library's does; then
// brokeOff is called. Other panics go on.
func CatchAbort(brokeOff func()) {
	if crash := recover(); crash == http.ErrAbortHandler { //nolint:errorlint,err113 // a panic value, compared as net/http does
		brokeOff()
	} else if crash != nil {
		panic(crash)
	}
}

// check looks at what has been provisioned: the raw members are gone by then.
func check(directive string, p *reverseproxy.Handler) error {
	for _, c := range []struct {
		set  bool
		name string
	}{
		{p.LoadBalancing != nil && len(p.LoadBalancing.RetryMatch) > 0, "lb_retry_match"},
		{len(p.HandleResponse) > 0, "handle_response"},
		{p.Rewrite != nil, "rewrite or method"},
	} {
		if c.set {
			return refusal(directive, c.name)
		}
	}
	return nil
}

func refusal(directive, option string) error {
	return fmt.Errorf("%s: %s is not allowed here: a payment must reach the gateway once and unchanged; remove it", directive, option)
}

// ParseURL reads an address. Its errors do not show a password that stands in it.
func ParseURL(directive, text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil && !strings.Contains(text, "://"):
		return nil, fmt.Errorf("%s: the address must begin with https:// or http://", directive)
	case err != nil:
		return nil, fmt.Errorf("%s: the address cannot be read: %w", directive, withoutURL(err))
	case u.User != nil:
		return nil, fmt.Errorf("%s: a user name or password must not stand in the address, where /config shows it; remove it", directive)
	}
	return u, nil
}

// withoutURL leaves the text of a URL, which may hold a password, out of a
// parser's error.
func withoutURL(err error) error {
	var parsing *url.Error
	if errors.As(err, &parsing) {
		return parsing.Err
	}
	return err
}
