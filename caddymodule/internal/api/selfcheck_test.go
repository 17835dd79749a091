package api

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/health"
	"github.com/paybridge/paybridge/caddymodule/internal/shadow"
	"github.com/paybridge/paybridge/translate"
)

// check finds a check by how its name begins.
func check(t *testing.T, found SelfCheck, name string) Check {
	t.Helper()
	for _, c := range found.Checks {
		if strings.HasPrefix(c.Name, name) {
			return c
		}
	}
	t.Fatalf("no check %q in %+v", name, found.Checks)
	return Check{}
}

// notifyAddress is an address for notices that is answered by handler.
func notifyAddress(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL + "/onepay/notify"
}

// asPaybridge answers a self-check as the handler does.
func asPaybridge(w http.ResponseWriter, r *http.Request) {
	answer, ok := AnswerCallback(r.URL.Query())
	if !ok {
		w.WriteHeader(http.StatusTeapot)
	}
	_, _ = w.Write([]byte(answer))
}

func TestSelfCheckIsWell(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.served.Settings.NotifyURL = notifyAddress(t, asPaybridge)
	found := read[SelfCheck](t, w.get("selfcheck"))
	for _, name := range []string{"keys of 473053110001", "ledger", "disk", "clock", "size", "gateway as 473053110001", "callback"} {
		if c := check(t, found, name); !c.OK || c.Advice != "" {
			t.Errorf("%+v", c)
		}
	}
	if !found.OK || found.Level != LevelOK {
		t.Error("not well")
	}
	// Both merchants are one gateway merchant, which is asked once.
	if len(found.Checks) != 7 {
		t.Errorf("%d checks: %+v", len(found.Checks), found.Checks)
	}
}

func TestSelfCheckFinds(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		breaks func(*world)
		check  string
		detail string
	}{
		"a silent gateway": {func(w *world) { w.gateway.says("", nil) }, "gateway as", "connection reset"},
		"a ledger that does not commit": {
			func(w *world) { w.disk = func() error { return errors.New("disk is full") } }, "ledger", "disk is full",
		},
		"nobody at the notify address": {func(w *world) { w.served.Settings.NotifyURL = "http://127.0.0.1:1/onepay/notify" }, "callback", "refused"},
		"another program at the notify address": {func(w *world) {
			w.served.Settings.NotifyURL = notifyAddress(w.t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("hello")) })
		}, "callback", "something else than Paybridge"},
		"a redirect at the notify address": {func(w *world) {
			w.served.Settings.NotifyURL = notifyAddress(w.t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/login", http.StatusFound) })
		}, "callback", "HTTP status 302"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.served.Settings.NotifyURL = notifyAddress(t, asPaybridge)
			tc.breaks(w)
			found := read[SelfCheck](t, w.get("selfcheck"))
			if c := check(t, found, tc.check); c.OK || !strings.Contains(c.Detail, tc.detail) || c.Advice == "" {
				t.Errorf("%+v", c)
			}
			if found.OK {
				t.Error("all is well, it says")
			}
		})
	}
}

// Orders of a gateway merchant whose keys are not configured any more are told of.
func TestSelfCheckOfKeysLeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.served.Settings.NotifyURL = notifyAddress(t, asPaybridge)
	k := w.order("89900001", translate.Sent, time.Minute)
	k.OrderID, k.QueryID, k.OrderNo, k.GatewayMerchant = "left", "left", "left", "473053110009"
	if _, _, err := w.ledger.Begin(t.Context(), k); err != nil {
		t.Fatal(err)
	}
	found := read[SelfCheck](t, w.get("selfcheck"))
	c := check(t, found, "keys of 473053110009")
	if c.Level != LevelWarn || !strings.Contains(c.Detail, "not configured, and 1 orders") || !strings.Contains(c.Detail, "89900001") || c.Advice == "" {
		t.Errorf("%+v", c)
	}
	if !found.OK || found.Level != LevelWarn {
		t.Errorf("it is %s all in all", found.Level)
	}
}

// Notifications of a merchant that is not configured any more are told of.
func TestSelfCheckOfMerchantsLeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.served.Settings.NotifyURL = notifyAddress(t, asPaybridge)
	w.order("89900001", translate.Paid, time.Minute)
	w.order("89900009", translate.Paid, time.Minute)
	found := read[SelfCheck](t, w.get("selfcheck"))
	c := check(t, found, "notifications of 89900009")
	if c.Level != LevelWarn || !strings.Contains(c.Detail, "not configured, and 1 notifications") || c.Advice == "" {
		t.Errorf("%+v", c)
	}
	for _, c := range found.Checks {
		if c.Name == "notifications of 89900001" {
			t.Errorf("a merchant that is configured: %+v", c)
		}
	}
}

// The size of the ledger is told, and a warning where a copy of it has no room.
func TestSelfCheckOfSize(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.order("89900001", translate.Sent, time.Minute)
	space := map[string]struct {
		free, size uint64
		err        error
		level      Level
		detail     string
	}{
		"much":             {40 << 30, 100 << 30, nil, LevelOK, "; orders: 1; 40 GiB of 100 GiB are free on its disk"},
		"a tenth of it":    {10 << 20, 100 << 20, nil, LevelOK, "10 MiB of 100 MiB"},
		"less than that":   {10<<20 - 1, 100 << 20, nil, LevelWarn, "10 MiB of 100 MiB"},
		"enough of a lot":  {2 << 30, 100 << 40, nil, LevelOK, "2.0 GiB of 100 TiB"},
		"no room for more": {1 << 10, 2 << 10, nil, LevelWarn, "1.0 KiB of 2.0 KiB"},
		"not told":         {0, 0, nil, LevelOK, "; orders: 1"},
		"no disk":          {0, 0, errors.New("input/output error"), LevelWarn, "; orders: 1; input/output error"},
	}
	for name, tc := range space {
		w.served.DiskSpace = func(folder string) (uint64, uint64, error) {
			if folder != filepath.Dir(w.path) {
				t.Errorf("asked of %s", folder)
			}
			return tc.free, tc.size, tc.err
		}
		c := check(t, read[SelfCheck](t, w.get("selfcheck")), "size")
		if c.Level != tc.level || !strings.Contains(c.Detail, tc.detail) || (c.Advice != "") != (tc.level == LevelWarn) {
			t.Errorf("%s: %+v", name, c)
		}
	}
}

// A gateway that understands us but does not answer queries fails: no notice that
// is lost would ever be found.
func TestSelfCheckOfRefusedQuery(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.served.Settings.NotifyURL = notifyAddress(t, asPaybridge)
	for _, code := range []string{"E1000001", "E0000003", "E0000000"} {
		w.gateway.says(code, nil)
		found := read[SelfCheck](t, w.get("selfcheck?merid=89900002"))
		if c := check(t, found, "gateway as"); c.OK || c.Level != LevelFail || !strings.Contains(c.Advice, "tran_codes") {
			t.Errorf("%s: %+v", code, c)
		}
		if found.OK || found.Level != LevelFail {
			t.Errorf("%s: all is well, it says", code)
		}
	}
	w.refused(w.get("selfcheck?merid=1"), http.StatusBadRequest, "no merchant")
}

func TestCallbackAnswersOnlyNonces(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]bool{
		"selfcheck=0123456789abcdef":           true,
		"selfcheck=" + strings.Repeat("a", 64): true,
		"selfcheck=" + strings.Repeat("a", 65): false,
		"selfcheck=short":                      false,
		"selfcheck=0123456789abcde<":           false,
		"":                                     false,
		"merchant_id=473053110001&msg_enc=00&key_enc=00&sign=00": false,
	} {
		r := httptest.NewRequest(http.MethodGet, "/onepay/notify?"+query, nil)
		if _, got := AnswerCallback(r.URL.Query()); got != want {
			t.Errorf("%q: %t", query, got)
		}
	}
}

// Health on the admin endpoint has the reasons.
func TestHealth(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if h := read[HealthAnswer](t, w.get("health")); h.Status != "ready" || len(h.Checks) != 3 {
		t.Errorf("%+v", h)
	}
	sick := newWorld(t)
	sick.disk = func() error { return errors.New("disk is full") }
	sick.refused(sick.get("health/ready"), http.StatusServiceUnavailable, "disk is full")
}

// TestSelfCheckWarns: what works and should be looked at is a warning, as load balancers
// hear it.
func TestSelfCheckWarns(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		sources health.Sources
		detail  string
	}{
		"clock":  {health.Sources{Skew: func() (time.Duration, bool) { return time.Hour, true }}, "1h0m0s ahead"},
		"shadow": {health.Sources{Shadow: func() shadow.State { return shadow.State{Off: shadow.ReasonPanic} }}, "switched off (panic)"},
	} {
		w := newWorld(t)
		w.served.Settings.NotifyURL = notifyAddress(t, asPaybridge)
		tc.sources.Commit, tc.sources.Now = func(context.Context) error { return nil }, time.Now
		w.served.Health = health.New(health.Limits{MaxSkew: 30 * time.Second}, tc.sources)
		found := read[SelfCheck](t, w.get("selfcheck"))
		if c := check(t, found, name); !c.OK || c.Level != LevelWarn || !strings.Contains(c.Detail, tc.detail) || c.Advice == "" {
			t.Errorf("%+v", c)
		}
		if !found.OK || found.Level != LevelWarn {
			t.Errorf("%s: as a whole %s", name, found.Level)
		}
	}
}
