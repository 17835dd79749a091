package caddymodule

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/answers"
	"github.com/paybridge/paybridge/caddymodule/internal/bridge"
	"github.com/paybridge/paybridge/caddymodule/internal/guard"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/oldtraffic"
	"github.com/paybridge/paybridge/caddymodule/internal/routecache"
	"github.com/paybridge/paybridge/caddymodule/internal/sides"
	"github.com/paybridge/paybridge/caddymodule/internal/steady"
	"github.com/paybridge/paybridge/tests/caddyctx"
)

// serveAt lets an app serve whose bridge goes by a clock of its own, as it does
// after the machine's was set, or on a database whose clock differs.
func serveAt(t *testing.T, now func() time.Time) {
	t.Helper()
	l, err := ledger.OpenSQLite(t.Context(), filepath.Join(t.TempDir(), "ledger.db"), ledger.WithClock(now))
	if err != nil {
		t.Fatal(err)
	}
	routes := routecache.New(l, zap.NewNop(), elapsed(steady.Machine))
	b := bridge.New(l, zap.NewNop(), now)
	e := &engine{
		ledger: l, bridge: b, sides: sides.New(l, zap.NewNop(), sides.Clock{Now: now, Known: b.KnowsTime}, observed), routes: routes,
		traffic: oldtraffic.New(l, zap.NewNop(), now), answers: answers.New(l, zap.NewNop(), now), guard: guard.New(l, zap.NewNop(), observed, elapsed(steady.Machine), routes.Expire),
	}
	t.Cleanup(func() {
		if err := e.Destruct(); err != nil {
			t.Error(err)
		}
	})
	app, err := provisionApp(t, appJSON())
	if err != nil {
		t.Fatal(err)
	}
	app.engine.Store(e)
	serving.Add(app)
	t.Cleanup(func() {
		serving.Remove(app)
		app.engine.Store(nil) // it has no part in the pool of engines
	})
}

// Whoever asks, what is overdue is judged by the clock that due times are stored
// by. By the machine's, the console would call things overdue that are not.
func TestAPIGoesByTheBridgesClock(t *testing.T) { // not parallel: one app serves in a process
	moment := time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)
	serveAt(t, func() time.Time { return moment })
	admin := new(AdminAPI)
	if err := admin.Provision(caddyctx.New(t)); err != nil {
		t.Fatal(err)
	}
	console := newConsole(t)
	for name, ask := range map[string]func(*httptest.ResponseRecorder) error{
		"admin endpoint": func(w *httptest.ResponseRecorder) error {
			return admin.server.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://localhost/paybridge/overview", nil))
		},
		"console": func(w *httptest.ResponseRecorder) error {
			r := httptest.NewRequest(http.MethodGet, "http://localhost/paybridge/overview", nil)
			r.RemoteAddr = "127.0.0.1:4711"
			return console.ServeHTTP(w, r, nil)
		},
	} {
		w := httptest.NewRecorder()
		if err := ask(w); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var overview struct{ At time.Time }
		if err := json.Unmarshal(w.Body.Bytes(), &overview); err != nil {
			t.Fatalf("%s: %v: %s", name, err, w.Body)
		}
		if !overview.At.Equal(moment) {
			t.Errorf("%s: it is %s there, want %s", name, overview.At, moment)
		}
	}
}
