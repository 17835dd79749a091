package caddymodule

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/httpcaddyfile"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

func init() {
	caddy.RegisterModule(brittle{})
	httpcaddyfile.RegisterHandlerDirective("test_brittle", func(httpcaddyfile.Helper) (caddyhttp.MiddlewareHandler, error) {
		return brittle{}, nil
	})
}

// brittle is a handler before the bridge. Where an answer begins it panics, the first time.
type brittle struct{}

func (brittle) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "http.handlers.test_brittle", New: func() caddy.Module { return new(brittle) }}
}

func (brittle) ServeHTTP(w http.ResponseWriter, r *http.Request, next caddyhttp.Handler) error {
	return next.ServeHTTP(&brittleAnswer{ResponseWriter: w}, r)
}

type brittleAnswer struct {
	http.ResponseWriter
	broken bool
}

func (a *brittleAnswer) WriteHeader(status int) {
	if !a.broken {
		a.broken = true
		panic("openid=oUpF8uMuAJO")
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *brittleAnswer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// withBrittle puts that handler before the bridge.
func withBrittle(caddyfile string) string {
	return strings.Replace(caddyfile, "\tpaybridge\n", "\troute {\n\t\ttest_brittle\n\t\tpaybridge\n\t}\n", 1)
}

// Whoever asks reads an answer of the kind that it reads, also when a bug strikes as the
// answer begins. The log says where, once, and not what the bug held.
func TestPanicInWritingAnAnswer(t *testing.T) { // not parallel: one Caddy a process
	s := startServerFrom(t, "", withBrittle)
	internal := string(v1.SealReply(v1.BuildRefusal(v1.CodeInternal, ""), v1.Key{}))
	for _, c := range []struct {
		who, method, path string
		status            int
		says              string
	}{
		{"a merchant that pays", http.MethodPost, "/api/mpgateway", http.StatusOK, internal},
		{"a merchant that asks", http.MethodPost, "/api/query", http.StatusOK, internal},
		{"a merchant that cancels", http.MethodPost, "/api/cancel", http.StatusOK, internal},
		{"a payer", http.MethodGet, inbound.GoPayPath, http.StatusInternalServerError, "<html"},
		{"the gateway", http.MethodPost, inbound.NotifyPath, http.StatusOK, "fail"},
		{"a load balancer", http.MethodGet, inbound.ReadyPath, http.StatusServiceUnavailable, "not ready"},
	} {
		t.Run(c.who, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), c.method, s.url+c.path, strings.NewReader("req=a&sign=b"))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			got := send(t, req)
			if got.status != c.status || !strings.Contains(string(got.body), c.says) {
				t.Errorf("reads %d %q, want %d and %q", got.status, got.body, c.status, c.says)
			}
		})
	}
	log := s.log.String()
	if n := strings.Count(log, "panic while"); n != 6 {
		t.Errorf("%d lines about 6 panics", n)
	}
	if strings.Contains(log, "oUpF8uMuAJO") || !strings.Contains(log, "brittleAnswer") {
		t.Errorf("the log has what the panics held, or not where they were: %s", log)
	}
}

// A body that is passed on is read on a goroutine of the transport's.
func TestPanicInReadingWhatIsPassedOn(t *testing.T) {
	t.Parallel()
	b := &sharedBody{from: defectiveReader{}, log: zap.NewNop()}
	if _, err := io.ReadAll(b); err == nil {
		t.Error("a body that could not be read passes for one that has ended")
	}
}

type defectiveReader struct{}

func (defectiveReader) Read([]byte) (int, error) { panic("openid=oUpF8uMuAJO") }
