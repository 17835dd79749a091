package gateway

import (
	"encoding/json"
	"fmt"
	"net"
	"net/url"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp/reverseproxy"
)

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
