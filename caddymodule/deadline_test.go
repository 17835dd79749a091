package caddymodule

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/caddyserver/caddy/v2"
	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/bodies"
	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	"github.com/paybridge/paybridge/caddymodule/internal/merchantapi"
	"github.com/paybridge/paybridge/caddymodule/internal/payer"
	"github.com/paybridge/paybridge/caddymodule/internal/sides"
)

// bodyOf is a body that has been received.
func bodyOf(t *testing.T, r *http.Request) *bodies.Body {
	t.Helper()
	body, err := receiver.Bodies.Receive(r.Context(), "", strings.NewReader(""), 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(body.Release)
	return body
}

// Beside an old gateway the time of v2's answer counts from when the request came: its
// upload, and the time in which its side was found, are over.
func TestTimeOfAnAnswerCountsFromTheStart(t *testing.T) {
	t.Parallel()
	start := time.Now().Add(-9 * time.Second)
	app := new(App)
	app.Timeouts.Reply = caddy.Duration(14 * time.Second)
	for path, route := range map[string]inbound.Route{inbound.PayPath: {Name: "pay", Caller: inbound.Merchant}, inbound.WxGatewayPath: {Name: "gateway", Caller: inbound.Payer}} {
		var until time.Time
		h := new(Handler)
		h.serve(app, zap.NewNop())
		h.merchants.Service = func(ctx context.Context) (merchantapi.Service, bool) {
			until, _ = ctx.Deadline()
			return merchantapi.Service{}, false
		}
		h.payers.Service = func(ctx context.Context) (payer.Service, bool) {
			until, _ = ctx.Deadline()
			return payer.Service{}, false
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, http.NoBody)
		h.serveOnV2(httptest.NewRecorder(), r, passage{route: route, start: start, body: bodyOf(t, r)}, nil)
		if want := start.Add(14 * time.Second); !until.Equal(want) {
			t.Errorf("%s: until %s after the start, want 14s", path, until.Sub(start))
		}
	}
}

// So does the time in which its side is found.
func TestTimeOfTheSideCountsFromTheStart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		app := &App{started: make(chan struct{})} // which never happens
		app.Timeouts.Reply = caddy.Duration(14 * time.Second)
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, inbound.PayPath, http.NoBody)
		p := passage{start: time.Now(), body: bodyOf(t, r)}
		time.Sleep(9 * time.Second) // the upload
		if _, d := app.sideOf(r, p); d != (sides.Decision{Cause: sides.LedgerAway}) {
			t.Errorf("decided %+v", d)
		}
		if took := time.Since(p.start); took != 14*time.Second {
			t.Errorf("took %s", took)
		}
	})
}

// Whoever hangs up does not end the question to the old gateway; the time of the answer does.
func TestTimeOfAskingTheOldGateway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		ctx, hangUp := context.WithTimeout(t.Context(), 2*time.Second)
		asking, cancel := whoeverHangsUp(ctx)
		defer cancel()
		hangUp()
		<-asking.Done()
		if took := time.Since(start); took != 2*time.Second {
			t.Errorf("ended after %s", took)
		}
	})
}
