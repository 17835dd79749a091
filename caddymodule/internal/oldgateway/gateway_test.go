package oldgateway

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/tests/caddyctx"
)

// What would send a payment twice or change it on its way is refused in JSON, too.
func TestProvisionRefuses(t *testing.T) {
	t.Parallel()
	const upstream = `"upstreams":[{"dial":"127.0.0.1:1"}]`
	for name, tc := range map[string]struct{ url, proxy, want string }{
		"retries by status":    {"http://a", `{"handler":"reverse_proxy",` + upstream + `,"load_balancing":{"retry_match":[{"method":["POST"]}]}}`, "old_gateway: lb_retry_match is not allowed"},
		"another answer":       {"http://a", `{"handler":"reverse_proxy",` + upstream + `,"handle_response":[{}]}`, "old_gateway: handle_response is not allowed"},
		"another address":      {"http://a", `{"handler":"reverse_proxy",` + upstream + `,"rewrite":{"uri":"/x"}}`, "old_gateway: rewrite or method is not allowed"},
		"another handler":      {"http://a", `{"handler":"static_response"}`, "old_gateway: proxy must be a reverse_proxy handler"},
		"a handler of rubbish": {"http://a", `{"handler":"reverse_proxy","transport":{"keep_alive":1}}`, "old_gateway: loading reverse_proxy"},
		"a path":               {"http://a/api", "", "without a path"},
		"a query":              {"http://a?b", "", "without a path"},
		"no scheme":            {"10.20.0.5:8000", "", "old_gateway: the address must begin with https:// or http://"},
		"another scheme":       {"ftp://a", "", "without a path"},
		"a password":           {"http://a:SECRET@b", "", "old_gateway: a user name or password"},
		"nothing":              {"", "", "without a path"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := &Gateway{URL: tc.url}
			if tc.proxy != "" {
				g.ProxyRaw = json.RawMessage(tc.proxy)
			}
			ctx := caddyctx.New(t)
			caddyctx.Provisioning.Lock()
			defer caddyctx.Provisioning.Unlock()
			err := g.Provision(ctx)
			if err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "SECRET") {
				t.Errorf("error %v, want one with %q", err, tc.want)
			}
		})
	}
}
