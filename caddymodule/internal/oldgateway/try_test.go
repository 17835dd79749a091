package oldgateway

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/tests/caddyctx"
)

// provisioned is a gateway with an address.
func provisioned(t *testing.T, address string) *Gateway {
	t.Helper()
	g := &Gateway{URL: address}
	ctx := caddyctx.New(t)
	caddyctx.Provisioning.Lock()
	defer caddyctx.Provisioning.Unlock()
	if err := g.Provision(ctx); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.Retire)
	return g
}

func TestTry(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		answer http.HandlerFunc
		status int    // 0 for none
		err    string // part of it
	}{
		"a page":       {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) }, http.StatusOK, ""},
		"no such page": {http.NotFound, http.StatusNotFound, ""},
		"a redirect":   {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/login", http.StatusFound) }, http.StatusFound, ""},
		"an error":     {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }, http.StatusBadGateway, ""},
		"hangs up":     {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, 0, "127.0.0.1"},
		"half an answer": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "9")
			_, _ = w.Write([]byte("half"))
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}, 0, "broke off"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asked := make(chan string, 1)
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked <- r.Method + " " + r.Host + r.RequestURI
				tc.answer(w, r)
			}))
			t.Cleanup(server.Close)
			status, err := provisioned(t, server.URL).Try(t.Context(), "pay.example.com")
			if status != tc.status || (err == nil) != (tc.err == "") || err != nil && !strings.Contains(err.Error(), tc.err) {
				t.Errorf("status %d, error %v", status, err)
			}
			if got := <-asked; got != "GET pay.example.com/" {
				t.Errorf("asked %q", got)
			}
		})
	}
}

func TestTryNobody(t *testing.T) {
	t.Parallel()
	if status, err := provisioned(t, "http://127.0.0.1:1").Try(t.Context(), "pay.example.com"); err == nil || !strings.Contains(err.Error(), "refused") {
		t.Errorf("status %d, error %v", status, err)
	}
}

// Whoever asks may hang up: the bridge was not stopped.
func TestTryHungUp(t *testing.T) {
	t.Parallel()
	ctx, hangUp := context.WithCancel(t.Context())
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		hangUp()
		<-r.Context().Done()
	}))
	t.Cleanup(server.Close)
	if _, err := provisioned(t, server.URL).Try(ctx, "pay.example.com"); err == nil || err.Error() != "whoever asked has hung up" {
		t.Errorf("error %v", err)
	}
}
