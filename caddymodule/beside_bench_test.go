package caddymodule

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

// BenchmarkRepeat measures a payment that is repeated and answered from the ledger, with
// no old gateway and beside one: the difference is what it costs to find the side.
//
//	go test -run '^$' -bench Repeat -benchmem ./caddymodule
func BenchmarkRepeat(b *testing.B) {
	for _, size := range []struct {
		name string
		more string // in the form
	}{{"small", ""}, {"64 KiB", strings.Repeat("x", 64<<10)}} {
		for _, beside := range []bool{false, true} {
			name := size.name + ", one gateway"
			if beside {
				name = size.name + ", beside the old one"
			}
			b.Run(name, func(b *testing.B) { benchmarkRepeat(b, size.more, beside) })
		}
	}
}

func benchmarkRepeat(b *testing.B, more string, beside bool) {
	words := ""
	if beside {
		words = "old_gateway http://127.0.0.1:1\ndefault_route v2"
	}
	s := startServer(b, words)
	body := sealed(payJSON("T2026112200000000001"), signKey).Encode() + "&more=" + more
	site := activeSite(b)
	pay := func() string {
		r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, s.url+"/api/mpgateway", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		site.ServeHTTP(w, r)
		return w.Body.String()
	}
	first := pay()
	if posts := s.gateway.posts(); posts != 1 {
		b.Fatalf("v2 was called %d times; the merchant hears %s", posts, first)
	}
	b.ReportAllocs()
	for b.Loop() {
		if pay() != first {
			b.Fatal("another answer")
		}
	}
}

// activeSite is the site that is served.
func activeSite(tb testing.TB) http.Handler {
	tb.Helper()
	app, err := caddy.ActiveContext().App("http")
	if err != nil {
		tb.Fatal(err)
	}
	for _, site := range app.(*caddyhttp.App).Servers {
		return site
	}
	tb.Fatal("no site")
	return nil
}
