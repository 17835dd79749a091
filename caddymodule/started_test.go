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

	v1 "github.com/paybridge/paybridge/translate/v1"
)

// Caddy may open the listeners before the app has started. Requests wait, and
// a merchant hears "busy" when that takes too long.
func TestRequestsWaitForTheAppToStart(t *testing.T) {
	t.Parallel()
	const limit = 14 * time.Second
	for name, tc := range map[string]struct {
		starts bool // the app, and has stopped again by then
		waits  time.Duration
	}{
		"it starts":       {starts: true, waits: 3 * time.Second},
		"it never starts": {starts: false, waits: limit},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				app := &App{started: make(chan struct{}), Timeouts: Timeouts{Read: caddy.Duration(time.Second), Reply: caddy.Duration(limit)}}
				h := quietHandler(app)
				begin := time.Now()
				if tc.starts {
					time.AfterFunc(tc.waits, func() { close(app.started) })
				}
				w := httptest.NewRecorder()
				r := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/api/query",
					strings.NewReader(sealed(`{"merid":"89900001","orderid":"T0000000"}`, signKey).Encode()))
				if err := h.ServeHTTP(w, r, nothingBehind); err != nil {
					t.Fatal(err)
				}
				if waited := time.Since(begin); waited != tc.waits {
					t.Errorf("waited %s, want %s", waited, tc.waits)
				}
				mustBeV1(t, reply{status: w.Code, header: w.Header(), body: w.Body.Bytes()}, v1.CodeBusy, "")
			})
		})
	}
}
