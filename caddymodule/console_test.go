package caddymodule

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode"

	"github.com/caddyserver/caddy/v2"
)

func newConsole(t *testing.T, hosts ...string) *Console {
	t.Helper()
	c := &Console{Hosts: hosts}
	if err := c.Provision(caddy.Context{}); err != nil {
		t.Fatal(err)
	}
	return c
}

// What a browser on this machine may ask, and what nobody may.
func TestConsoleSite(t *testing.T) { // not parallel: no app may serve meanwhile
	const here, elsewhere = "127.0.0.1:4711", "192.0.2.7:4711"
	for name, tc := range map[string]struct {
		method, path, host, remote string
		header                     map[string]string
		status                     int
	}{
		"page":             {"GET", "/paybridge/", "localhost:2020", here, nil, 200},
		"page, typed":      {"GET", "/paybridge/", "localhost:2020", here, map[string]string{"Sec-Fetch-Site": "none"}, 200},
		"script":           {"GET", "/paybridge/console/main.js", "127.0.0.1:2020", here, nil, 200},
		"IPv6":             {"GET", "/paybridge/", "[::1]:2020", "[::1]:4711", nil, 200},
		"IPv6, no port":    {"GET", "/paybridge/", "[::1]", "[::1]:4711", nil, 200},
		"capitals":         {"GET", "/paybridge/", "LocalHost:2020", here, nil, 200},
		"socket":           {"GET", "/paybridge/", "localhost", "@", nil, 200},
		"named":            {"GET", "/paybridge/", "console.example.com", elsewhere, nil, 200},
		"start":            {"GET", "/", "localhost:2020", here, nil, 303},
		"rebound name":     {"GET", "/paybridge/", "rebound.example", here, nil, 403},
		"rebound, API":     {"GET", "/paybridge/orders", "rebound.example:2020", here, nil, 403},
		"like localhost":   {"GET", "/paybridge/", "localhost.example.com", here, nil, 403},
		"no host":          {"GET", "/paybridge/", "", here, nil, 403},
		"from elsewhere":   {"GET", "/paybridge/", "localhost:2020", elsewhere, nil, 403},
		"Caddy's config":   {"GET", "/config/", "localhost:2020", here, nil, 404},
		"Caddy's load":     {"POST", "/load", "localhost:2020", here, map[string]string{"Origin": "http://localhost:2020"}, 403},
		"Caddy's stop":     {"POST", "/stop", "localhost:2020", here, map[string]string{"Origin": "file://"}, 403},
		"metrics":          {"GET", "/metrics", "localhost:2020", here, nil, 404},
		"backup":           {"POST", "/paybridge/backup", "localhost:2020", here, map[string]string{"Origin": "http://localhost:2020"}, 403},
		"settle":           {"POST", "/paybridge/orders/settle", "localhost:2020", here, map[string]string{"Origin": "http://localhost:2020"}, 403},
		"change, program":  {"POST", "/paybridge/merchants/pause", "localhost:2020", here, nil, 403},
		"change, path":     {"POST", "/paybridge/../paybridge/backup", "localhost:2020", here, map[string]string{"Origin": "http://localhost:2020"}, 403},
		"change, PUT":      {"PUT", "/paybridge/orders", "localhost:2020", here, map[string]string{"Origin": "http://localhost:2020"}, 403},
		"page, POST":       {"POST", "/paybridge/", "localhost:2020", here, nil, 405},
		"API, not running": {"GET", "/paybridge/orders", "localhost:2020", here, nil, 503},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest(tc.method, tc.path, nil)
			r.Host, r.RemoteAddr = tc.host, tc.remote
			for key, value := range tc.header {
				r.Header.Set(key, value)
			}
			w := askConsole(t, r)
			if w.Code != tc.status {
				t.Errorf("status %d, want %d: %s", w.Code, tc.status, w.Body)
			}
			if w.Code >= 400 && !strings.HasPrefix(w.Body.String(), `{"error":`) {
				t.Errorf("not as the admin endpoint answers: %s", w.Body)
			}
			if w.Header().Get("Access-Control-Allow-Origin") != "" {
				t.Error("another site may read the answer")
			}
			r.Header.Set("Accept-Language", "zh-CN")
			if zh := askConsole(t, r); w.Code >= 400 && (zh.Code != w.Code || hasHan(w.Body.String()) || !hasHan(zh.Body.String())) {
				t.Errorf("refused with %s, in Chinese with %s", w.Body, zh.Body)
			}
		})
	}
}

func askConsole(t *testing.T, r *http.Request) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	if err := newConsole(t, "console.example.com").ServeHTTP(w, r, nil); err != nil {
		t.Fatal(err)
	}
	return w
}

func hasHan(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

func TestConsoleHosts(t *testing.T) {
	t.Parallel()
	for _, host := range []string{"", "https://console.example.com", "console.example.com:443", "*.example.com", "{http.request.host}"} {
		err := (&Console{Hosts: []string{host}}).Provision(caddy.Context{})
		if err == nil || !strings.Contains(err.Error(), "is not the name of a host") {
			t.Errorf("%q: %v", host, err)
		}
	}
}
