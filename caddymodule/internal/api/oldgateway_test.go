package api

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/oldgateway"
	"github.com/paybridge/paybridge/tests/caddyctx"
)

func TestSelfCheckOfTheOldGateway(t *testing.T) {
	t.Parallel()
	answers := func(status int) string {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
		t.Cleanup(server.Close)
		return server.URL
	}
	for name, tc := range map[string]struct {
		address string
		level   Level
		detail  string
	}{
		"well":           {answers(http.StatusOK), LevelOK, "HTTP status 200"},
		"no page at /":   {answers(http.StatusNotFound), LevelOK, "HTTP status 404"},
		"out of order":   {answers(http.StatusServiceUnavailable), LevelWarn, "HTTP status 503"},
		"nobody answers": {"http://127.0.0.1:1", LevelFail, "refused"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.served.Settings.NotifyURL = notifyAddress(t, asPaybridge)
			w.served.PublicURL = "https://pay.example.com"
			w.served.OldGateway = provisionedOld(t, tc.address)
			found := read[SelfCheck](t, w.get("selfcheck"))
			c := check(t, found, "old gateway")
			if c.Level != tc.level || !strings.Contains(c.Detail, tc.detail) || (c.Advice == "") != (tc.level == LevelOK) {
				t.Errorf("%+v", c)
			}
			if found.Level != tc.level {
				t.Errorf("it is %s all in all", found.Level)
			}
		})
	}
}

// provisionedOld is an old gateway with an address.
func provisionedOld(t *testing.T, address string) *oldgateway.Gateway {
	t.Helper()
	g := &oldgateway.Gateway{URL: address}
	ctx := caddyctx.New(t)
	caddyctx.Provisioning.Lock()
	defer caddyctx.Provisioning.Unlock()
	if err := g.Provision(ctx); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.Retire)
	return g
}
