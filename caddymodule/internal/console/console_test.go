package console

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2"

	"github.com/paybridge/paybridge/caddymodule/internal/api"
	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
)

// sizeLimit is what a browser may have to load in all, in bytes.
const sizeLimit = 100 << 10

// endpoint is the console's site as far as routes go: the console's beside the
// API's.
func endpoint() http.Handler {
	mux := http.NewServeMux()
	for _, route := range Routes() {
		mux.HandleFunc(route.Pattern, func(w http.ResponseWriter, r *http.Request) {
			var refusal caddy.APIError
			if err := route.Handler.ServeHTTP(w, r); errors.As(err, &refusal) {
				http.Error(w, refusal.Message, refusal.HTTPStatus)
			}
		})
	}
	mux.HandleFunc(api.Prefix, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	return mux
}

func asked(method, path, language string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	r.Header.Set("Accept-Language", language)
	w := httptest.NewRecorder()
	endpoint().ServeHTTP(w, r)
	return w
}

func TestRoutes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		method, path string
		status       int
		kind         string
	}{
		{http.MethodGet, "/paybridge/", http.StatusOK, "text/html; charset=utf-8"},
		{http.MethodHead, "/paybridge/", http.StatusOK, "text/html; charset=utf-8"},
		{http.MethodGet, "/paybridge/console/main.js", http.StatusOK, "text/javascript; charset=utf-8"},
		{http.MethodGet, "/paybridge/console/texts.js", http.StatusOK, "text/javascript; charset=utf-8"},
		{http.MethodGet, "/paybridge/console/states.js", http.StatusOK, "text/javascript; charset=utf-8"},
		{http.MethodGet, "/paybridge/console/style.css", http.StatusOK, "text/css; charset=utf-8"},
		{http.MethodPost, "/paybridge/", http.StatusMethodNotAllowed, ""},
		{http.MethodPost, "/paybridge/console/main.js", http.StatusMethodNotAllowed, ""},
		{http.MethodDelete, "/paybridge/", http.StatusMethodNotAllowed, ""},
		{http.MethodGet, "/paybridge/console/", http.StatusNotFound, ""},
		{http.MethodGet, "/paybridge/console/index.html", http.StatusNotFound, ""},
		{http.MethodGet, "/paybridge/console/other.js", http.StatusNotFound, ""},
		{http.MethodPost, "/paybridge/console/other.js", http.StatusNotFound, ""},
		{http.MethodGet, "/paybridge/orders", http.StatusTeapot, ""},
		{http.MethodGet, "/paybridge/openapi.json", http.StatusTeapot, ""},
	} {
		t.Run(test.method+" "+test.path, func(t *testing.T) {
			t.Parallel()
			w := asked(test.method, test.path, "zh")
			if w.Code != test.status || test.kind != "" && w.Header().Get("Content-Type") != test.kind {
				t.Errorf("status %d, %s", w.Code, w.Header().Get("Content-Type"))
			}
			if test.method == http.MethodHead && w.Body.Len() > 0 {
				t.Error("HEAD has a body")
			}
		})
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		"X-Content-Type-Options": "nosniff",
		"Referrer-Policy":        "same-origin",
		"Cache-Control":          "no-store",
		"Vary":                   "Accept-Language",
		"Content-Language":       "zh-CN",
	}
	policy := map[string]string{
		"default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "connect-src": "'self'", "img-src": "data:",
		"base-uri": "'none'", "form-action": "'none'", "frame-ancestors": "'none'",
		"require-trusted-types-for": "'script'", "trusted-types": "'none'",
	}
	for path := range files()[bilingual.Zh] {
		w := asked(http.MethodGet, path, "zh")
		for name, value := range want {
			if got := w.Header().Get(name); got != value {
				t.Errorf("%s: %s is %q, want %q", path, name, got, value)
			}
		}
		if got := w.Header().Get("Content-Length"); got != strconv.Itoa(w.Body.Len()) {
			t.Errorf("%s: Content-Length %s of %d", path, got, w.Body.Len())
		}
		rules := strings.Split(w.Header().Get("Content-Security-Policy"), "; ")
		for _, rule := range rules {
			if name, sources, _ := strings.Cut(rule, " "); policy[name] != sources {
				t.Errorf("%s: %s is %q, want %q", path, name, sources, policy[name])
			}
		}
		if len(rules) != len(policy) {
			t.Errorf("%s: policy %q", path, rules)
		}
	}
}

func TestLanguages(t *testing.T) {
	t.Parallel()
	for accepted, want := range map[string]string{
		"": "控制台", "zh-CN,zh;q=0.9,en;q=0.8": "控制台", "fr": "控制台", "en-GB,en;q=0.9": "console", "en,zh;q=0.5": "console",
	} {
		for _, path := range []string{"/paybridge/", "/paybridge/console/texts.js"} {
			if text := asked(http.MethodGet, path, accepted).Body.String(); !strings.Contains(text, "Paybridge "+want) {
				t.Errorf("%s with %q is not in the language of %s", path, accepted, want)
			}
		}
	}
}

// What is served of a script has its lines at their places, without comments among them
// and with nothing but blanks missing, none of them in a text; what merely has two
// slashes stays.
func TestScriptsAreServedWithoutComments(t *testing.T) {
	t.Parallel()
	for _, name := range scripts(t) {
		served := strings.Split(asked(http.MethodGet, "/paybridge/console/"+path.Base(name), "en").Body.String(), "\n")
		lines := strings.Split(webFile(t, name), "\n")
		if len(served) != len(lines) {
			t.Fatalf("%s: %d lines are served of %d", name, len(served), len(lines))
		}
		for i, line := range lines {
			want := strings.TrimLeft(line, " \t")
			if strings.HasPrefix(want, "//") {
				want = ""
			}
			if withoutBlanks(served[i]) != withoutBlanks(want) || !slices.Equal(quoted.FindAllString(served[i], -1), quoted.FindAllString(want, -1)) {
				t.Errorf("%s:%d: %q is served of %q", name, i+1, served[i], line)
			}
		}
	}
}

// quoted matches a text in a script.
var quoted = regexp.MustCompile(`'(?:[^'\\]|\\.)*'`)

func withoutBlanks(text string) string { return strings.ReplaceAll(text, " ", "") }

func TestSize(t *testing.T) {
	t.Parallel()
	for lang, table := range files() {
		size := 0
		for _, f := range table {
			size += len(f.body)
		}
		if size == 0 || size >= sizeLimit {
			t.Errorf("%s: %d bytes", lang, size)
		}
	}
}

// TestPageIsPlain checks that nothing in the page runs, styles or loads on its
// own, and that what it names is there.
func TestPageIsPlain(t *testing.T) {
	t.Parallel()
	inline := regexp.MustCompile(`(?i)<style|\sstyle=|\son[a-z]+=|<script(?: [^>]*)?>[^<]|javascript:|@import|https?://[^w]`)
	named := regexp.MustCompile(`(?:src|href)="(console/[^"]+)"`)
	for lang, table := range files() {
		page := string(table[pagePath].body)
		if found := inline.FindString(page); found != "" {
			t.Errorf("%s: the page contains %q", lang, found)
		}
		names := named.FindAllStringSubmatch(page, -1)
		if len(names) == 0 {
			t.Errorf("%s: the page loads nothing", lang)
		}
		for _, name := range names {
			if _, known := table[api.Prefix+name[1]]; !known {
				t.Errorf("%s: the page names %s, which is not there", lang, name[1])
			}
		}
	}
}
