package caddymodule

import (
	"net/http"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
)

func init() { caddy.RegisterModule(defective{}) }

// defective is a transport of reverse_proxy with a bug.
type defective struct{}

func (defective) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "http.reverse_proxy.transport.test_defective", New: func() caddy.Module { return new(defective) }}
}

func (*defective) UnmarshalCaddyfile(d *caddyfile.Dispenser) error {
	d.Next()
	return nil
}

func (*defective) RoundTrip(*http.Request) (*http.Response, error) { panic("openid=oUpF8uMuAJO") }

// A bug in the way to the old gateway costs a program no answer: it hears v1 96, and is not
// reset. The log says where it was, and not what it held.
func TestPanicOnTheWayToTheOldGateway(t *testing.T) { // not parallel: one Caddy a process
	for name, start := range fronts {
		t.Run(name, func(t *testing.T) {
			s := start(t, "http://127.0.0.1:1", "{\ntransport test_defective\n}")
			got, _, ok := s.exchange(t, payRequest, false)
			if !ok || statusOf(got.line) != "200" {
				t.Fatalf("heard %+v", got)
			}
			expectBusy(t, got.body)
			s.awaitLine(t, "panic while passing a request on to the old gateway", `"panic":"string"`)
			s.awaitLog(t, `"result":"unanswered"`)
			if text := s.log.String(); strings.Contains(text, "oUpF8uMuAJO") {
				t.Errorf("the log has what the panic held: %s", text)
			}
		})
	}
}
