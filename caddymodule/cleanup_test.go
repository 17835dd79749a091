package caddymodule

import (
	"context"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// startApp provisions and starts an app as Caddy does when it loads a
// configuration. The test calls Stop and Cleanup.
func startApp(t *testing.T, config object) *App {
	t.Helper()
	app, err := provisionApp(t, config)
	if err != nil {
		t.Fatal(err)
	}
	if err := app.Start(); err != nil {
		t.Fatal(err)
	}
	return app
}

// must insists that Stop or Cleanup succeeds.
func must(t *testing.T, end func() error) {
	t.Helper()
	if err := end(); err != nil {
		t.Fatal(err)
	}
}

// nothingBehind is a site that has nothing but the bridge.
var nothingBehind = caddyhttp.HandlerFunc(func(http.ResponseWriter, *http.Request) error { return nil })

// payAt sends a merchant's payment to the handler of an app.
func payAt(t *testing.T, app *App, message string) reply {
	t.Helper()
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/mpgateway", strings.NewReader(sealed(message, signKey).Encode()))
	if err := quietHandler(app).ServeHTTP(w, r, nothingBehind); err != nil {
		t.Fatal(err)
	}
	return reply{status: w.Code, header: w.Header(), body: w.Body.Bytes()}
}

func inLedger(path string) func(app, merchant object) {
	return inApp("ledger", object{"store": "sqlite", "path": path})
}

func atGateway(g *fakeGateway) func(app, merchant object) {
	return inApp("gateway", object{"url": g.URL + "/onePay.do"})
}

// The server of an old configuration may have requests in hand when that is
// cleaned up. They are served as the new configuration says.
func TestOldRequestsAreServedByTheNewApp(t *testing.T) { // not parallel: one app serves in a process
	path := filepath.Join(t.TempDir(), "ledger.db")
	before, now := newFakeGateway(t), newFakeGateway(t)
	older := startApp(t, appJSON(inLedger(path), atGateway(before)))
	newer := startApp(t, appJSON(inLedger(path), atGateway(now), inMerchant("merid", "89900002")))
	must(t, older.Stop)
	must(t, older.Cleanup)

	pay := strings.Replace(payJSON("T20261121000000001"), "89900001", "89900002", 1)
	mustBeV1(t, payAt(t, older, pay), v1.CodeOK, signKey)
	mustBeV1(t, payAt(t, older, payJSON("T20261121000000002")), v1.CodeBadRequest, "") // merchant gone
	if old, fresh := before.posts(), now.posts(); old != 0 || fresh != 1 {
		t.Errorf("the old gateway saw %d requests and the new one %d, want 0 and 1", old, fresh)
	}

	must(t, newer.Stop)
	must(t, newer.Cleanup)
	mustBeV1(t, payAt(t, older, pay), v1.CodeBusy, "")
	mustBeFree(t, path)
}

// Caddy cleans up an app that has started without stopping it when another app
// of its configuration fails to start. The configuration before goes on, with
// the background work too, and what was acquired is released.
func TestCleanupWithoutStop(t *testing.T) { // not parallel: one app serves in a process
	path := filepath.Join(t.TempDir(), "ledger.db")
	current, failed := newFakeGateway(t), newFakeGateway(t)
	calls := make(chan struct{}, 10)
	current.answerWith(func(w http.ResponseWriter, _ *http.Request) {
		calls <- struct{}{}
		http.Error(w, "try again", http.StatusBadGateway)
	})
	failed.answerWith(func(w http.ResponseWriter, _ *http.Request) {
		t.Error("the gateway of the failed configuration was called")
		http.Error(w, "try again", http.StatusBadGateway)
	})
	const soon = int64(time.Second)
	running := startApp(t, appJSON(inLedger(path), atGateway(current), inApp("query_schedule", []int64{soon})))
	reload := startApp(t, appJSON(inLedger(path), atGateway(failed), inApp("query_schedule", []int64{soon})))
	must(t, reload.Cleanup)
	must(t, reload.Cleanup) // when its context ends

	mustBeV1(t, payAt(t, running, payJSON("T20261121000000001")), v1.CodeBusy, signKey)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for _, call := range []string{"payment", "query in the background"} {
		select {
		case <-calls:
		case <-ctx.Done():
			t.Fatalf("no %s reached the gateway", call)
		}
	}
	if n, open := engines.References(running.store.identity()); n != 1 || !open {
		t.Errorf("%d configurations hold the ledger, want 1", n)
	}
	must(t, running.Cleanup) // this one is not stopped either
	mustBeFree(t, path)
}

// mustBeFree insists that a ledger was closed: it can be opened again.
func mustBeFree(t *testing.T, path string) {
	t.Helper()
	l, err := ledger.OpenSQLite(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	must(t, l.Close)
}

// quietHandler is a handler of an app that writes no log.
func quietHandler(app *App) *Handler {
	h := new(Handler)
	h.serve(app, zap.NewNop())
	return h
}
