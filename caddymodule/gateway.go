package caddymodule

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp/reverseproxy"

	"github.com/paybridge/paybridge/caddymodule/internal/bridge"
	"github.com/paybridge/paybridge/caddymodule/internal/configerror"
	"github.com/paybridge/paybridge/caddymodule/internal/netcause"
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
	proxy caddyhttp.MiddlewareHandler

	retired atomic.Bool // its configuration has ended
}

// check validates the address.
func (g *Gateway) check() error {
	_, err := g.address()
	return err
}

func (g *Gateway) address() (*url.URL, error) {
	if g == nil || g.URL == "" {
		return nil, fmt.Errorf("gateway: %w; write: gateway https://HOST/PATH", configerror.ErrMissing)
	}
	return parseGatewayURL(g.URL)
}

func (g *Gateway) provision(ctx caddy.Context) error {
	u, err := g.address()
	if err != nil {
		return err
	}
	g.url = u
	if g.ProxyRaw == nil {
		if g.ProxyRaw, err = defaultProxy(u); err != nil {
			return fmt.Errorf("gateway: %w", err)
		}
	}
	guest, err := ctx.LoadModule(g, "ProxyRaw")
	if err != nil {
		return fmt.Errorf("gateway: loading reverse_proxy: %w", err)
	}
	proxy, ok := guest.(*reverseproxy.Handler)
	if !ok {
		return fmt.Errorf("gateway: proxy must be a reverse_proxy handler, not %T", guest)
	}
	if err := checkProxy(proxy); err != nil {
		return err
	}
	g.proxy = proxy
	return nil
}

func parseGatewayURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("gateway: %w", withoutURL(err))
	}
	if u.User != nil {
		return nil, errors.New("gateway: a user name or password must not stand in the address, where /config shows it; remove it")
	}
	if (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.Fragment != "" {
		return nil, fmt.Errorf("gateway: %q is not an address; write https://HOST/PATH", text)
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

// checkProxy refuses what would break the rule that no layer sends a POST
// again or changes it. It looks at what has been provisioned: the raw members
// are gone by then.
func checkProxy(p *reverseproxy.Handler) error {
	for _, c := range []struct {
		set  bool
		name string
	}{
		{p.LoadBalancing != nil && len(p.LoadBalancing.RetryMatch) > 0, "lb_retry_match"},
		{len(p.HandleResponse) > 0, "handle_response"},
		{p.Rewrite != nil, "rewrite or method"},
	} {
		if c.set {
			return fmt.Errorf("gateway: %s is not allowed here: a payment must reach the gateway once and unchanged; remove it", c.name)
		}
	}
	return nil
}

func defaultProxy(u *url.URL) (json.RawMessage, error) {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	proxy := map[string]any{
		"handler":   "reverse_proxy",
		"upstreams": []map[string]string{{"dial": net.JoinHostPort(u.Hostname(), port)}},
	}
	if u.Scheme == "https" {
		proxy["transport"] = map[string]any{"protocol": "http", "tls": struct{}{}}
	}
	return json.Marshal(proxy)
}

// Post implements bridge.Gateway.
func (g *Gateway) Post(ctx context.Context, form string) bridge.Carried {
	defer g.closeIfRetired()
	body := &sentBody{text: strings.NewReader(form)}
	var conn usedConn
	var way netcause.Trace
	req, err := http.NewRequestWithContext(way.Watch(conn.watch(ctx)), http.MethodPost, g.url.String(), body)
	if err != nil {
		return bridge.Carried{Err: netcause.Wrap(err, netcause.New(netcause.NoAddress, g.url.Host))}
	}
	req.ContentLength = int64(len(form))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("User-Agent", "paybridge")
	answer := &answerRecorder{header: http.Header{}}
	req = caddyhttp.PrepareRequest(req, caddy.NewReplacer(), answer, &caddyhttp.Server{})
	var carried bridge.Carried
	if err := g.serve(answer, req); err != nil {
		carried.Err = fmt.Errorf("calling gateway: %w", netcause.Wrap(err, way.Of(err, g.url.Host)))
	} else {
		carried.Body = answer.body.Bytes()
	}
	carried.Sent, carried.Discard = body.sent(), conn.discard
	return carried
}

// serve has the proxy carry a request and says why no answer came back.
func (g *Gateway) serve(answer *answerRecorder, req *http.Request) (err error) {
	defer func() {
		// The proxy ends an answer that breaks off half-way with this panic,
		// as the standard library's does.
		if crash := recover(); crash == http.ErrAbortHandler { //nolint:errorlint,err113 // a panic value, compared as net/http does
			err = answer.brokeOff(req.Context())
		} else if crash != nil {
			panic(crash)
		}
	}()
	err = g.proxy.ServeHTTP(answer, req, caddyhttp.HandlerFunc(nothingMore))
	switch ctx := req.Context(); {
	case err == nil && answer.status == http.StatusOK:
		return nil
	case ctx.Err() != nil: // of which the proxy may make an answer 499
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

func nothingMore(http.ResponseWriter, *http.Request) error { return nil }

var _ bridge.Gateway = (*Gateway)(nil)
