package caddymodule

import (
	"io"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"unsafe"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/httpcaddyfile"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

func init() {
	caddy.RegisterModule(deep{})
	httpcaddyfile.RegisterHandlerDirective("test_deep", func(httpcaddyfile.Helper) (caddyhttp.MiddlewareHandler, error) { return deep{}, nil })
}

// deep is a handler that needs much of the stack, and says whether that has moved.
type deep struct{}

func (deep) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "http.handlers.test_deep", New: func() caddy.Module { return new(deep) }}
}

func (deep) ServeHTTP(w http.ResponseWriter, _ *http.Request, _ caddyhttp.Handler) error {
	var here byte
	before := uintptr(unsafe.Pointer(&here))
	need()
	_, err := io.WriteString(w, strconv.FormatBool(uintptr(unsafe.Pointer(&here)) != before))
	return err
}

//go:noinline
func need() {
	var frame [5 << 10]byte
	runtime.KeepAlive(&frame)
}

// TestRequestsFindTheirStack: the stack of a connection has grown before the handlers of
// its first request are on it. The garbage collector may have made one small again.
func TestRequestsFindTheirStack(t *testing.T) {
	s := startServerFrom(t, "", func(caddyfile string) string {
		return strings.Replace(caddyfile, "\tpaybridge\n\trespond \"somebody else's page\" 404", "\troute {\n\t\tpaybridge\n\t\ttest_deep\n\t}", 1)
	})
	for range 5 {
		if string(s.raw(t, "GET / HTTP/1.1\r\nHost: pay.example.com\r\nConnection: close\r\n\r\n").body) == "false" {
			return
		}
	}
	t.Error("the stack has moved, of each connection")
}
