package caddymodule

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
)

// healthAt asks the handler of an app as a load balancer does.
func healthAt(t *testing.T, app *App, method, path string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(t.Context(), method, path, nil)
	if err := quietHandler(app).ServeHTTP(w, r, nothingBehind); err != nil {
		t.Fatal(err)
	}
	return w
}

// A bridge that has not started, or does not run any more, lives and is not
// ready; nobody waits for it.
func TestHealthBeforeAndAfter(t *testing.T) { // not parallel: one app serves in a process
	path := filepath.Join(t.TempDir(), "ledger.db")
	app, err := provisionApp(t, appJSON(inLedger(path)))
	if err != nil {
		t.Fatal(err)
	}
	want := func(when, path string, status int, words string) {
		t.Helper()
		w := healthAt(t, app, http.MethodGet, path)
		for end := time.Now().Add(time.Minute); w.Code != status && time.Now().Before(end); w = healthAt(t, app, http.MethodGet, path) {
			time.Sleep(10 * time.Millisecond) // a commit may take longer than a probe waits
		}
		if w.Code != status || !strings.Contains(w.Body.String(), words) {
			t.Errorf("%s, %s: %d %s, want %d with %s", when, path, w.Code, w.Body, status, words)
		}
	}
	want("before the start", "/paybridge/health/live", http.StatusOK, `"live"`)
	want("before the start", "/paybridge/health/ready", http.StatusServiceUnavailable, `"engine":"failing"`)
	must(t, app.Start)
	want("started", "/paybridge/health/ready", http.StatusOK, `"ready"`)
	want("started", "/paybridge/health", http.StatusOK, `{"clock":"ok","disk":"ok","ledger":"ok"}`)
	must(t, app.Stop)
	must(t, app.Cleanup)
	want("cleaned up", "/paybridge/health", http.StatusServiceUnavailable, `"engine":"failing"`)
}

func TestHealthIsReadOnly(t *testing.T) {
	t.Parallel()
	app := &App{started: make(chan struct{})}
	if w := healthAt(t, app, http.MethodPost, "/paybridge/health"); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", w.Code)
	}
	if w := healthAt(t, app, http.MethodHead, "/paybridge/health"); w.Code != http.StatusServiceUnavailable {
		t.Errorf("HEAD: %d", w.Code)
	}
}

func TestHealthLimits(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		health object
		want   string // of the error; "" for none
	}{
		"defaults":         {object{}, ""},
		"a negative disk":  {object{"min_free_disk": -1}, "health: min_free_disk must not be negative"},
		"a clock too fine": {object{"max_clock_skew": int64(1e6)}, "health: max_clock_skew must be a second or longer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			app, err := provisionApp(t, appJSON(inApp("health", tc.health)))
			switch {
			case tc.want == "" && err != nil:
				t.Fatal(err)
			case tc.want == "":
				if app.Health.MinFreeDisk != defaultMinFreeDisk || app.Health.MaxClockSkew != defaultMaxClockSkew {
					t.Errorf("%+v", app.Health)
				}
			case err == nil || !strings.Contains(err.Error(), tc.want):
				t.Errorf("got %v, want %q", err, tc.want)
			}
		})
	}
}

// A self-check finds Paybridge where the gateway sends its notices, and spends
// nothing of what a source of bad notices may spend.
func TestNotifyAddressAnswersSelfCheck(t *testing.T) {
	t.Parallel()
	app := &App{started: make(chan struct{})}
	w := healthAt(t, app, http.MethodGet, inbound.NotifyPath+"?selfcheck=0123456789abcdef")
	if w.Code != http.StatusOK || len(w.Body.String()) != 64 {
		t.Errorf("%d %q", w.Code, w.Body)
	}
}
