package api

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/oldgateway"
	routing "github.com/paybridge/paybridge/caddymodule/internal/route"
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

func TestSelfCheckOfRoutesWithoutOldGateway(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		route  routing.Route
		merID  string
		detail string // empty: nothing is said
	}{
		"old":         {routing.ToOld, "89900001", "lead to it (1, the first that of 89900001"},
		"shadow":      {routing.ToShadow, "89900001", "lead to it (1, the first that of 89900001"},
		"a share":     {routing.Route{Mode: routing.ModeV2, Percent: 99}, "89900001", "lead to it (1, the first that of 89900001"},
		"all":         {routing.ToOld, "", "lead to it (1, the first that of all merchants that have no route of their own"},
		"v2":          {routing.ToV2, "89900001", ""},
		"of a former": {routing.ToOld, "88800000", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.served.Settings.NotifyURL = notifyAddress(t, asPaybridge)
			because := ledger.Change{Who: "ada", Why: "not ready"}
			if tc.merID == "" {
				must(w.ledger.SetAllRoutes(t.Context(), tc.route, because))
			} else {
				must(w.ledger.SetRoute(t.Context(), tc.merID, tc.route, because))
			}
			found := read[SelfCheck](t, w.get("selfcheck"))
			i := slices.IndexFunc(found.Checks, func(c Check) bool { return c.Name == "old gateway" })
			if (i < 0) != (tc.detail == "") || i >= 0 && (found.Checks[i].Level != LevelWarn || !strings.Contains(found.Checks[i].Detail, tc.detail)) {
				t.Errorf("%+v", found.Checks)
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
