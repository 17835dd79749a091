package delivery

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"crypto/x509"

	"github.com/paybridge/paybridge/caddymodule/internal/netcause"
	"github.com/paybridge/paybridge/tests/port"
)

func TestJudgeAddress(t *testing.T) {
	t.Parallel()
	private := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	for address, c := range map[string]struct {
		target Target
		want   netcause.Kind
	}{
		"https://shop.example/n":           {Target{}, ""},
		"https://8.8.8.8:8443/n":           {Target{}, ""},
		"http://shop.example/n":            {Target{}, netcause.HTTPSOnly},
		"http://shop.example":              {Target{PlainHTTP: true}, ""},
		"https://10.1.2.3/n":               {Target{}, netcause.NotPublic},
		"https://10.1.2.4/n":               {Target{AllowCallbacks: private}, ""},
		"https://[::ffff:10.1.2.3]/n":      {Target{}, netcause.NotPublic},
		"https://169.254.169.254/n":        {Target{AllowCallbacks: private}, netcause.NeverCalled},
		"https://2130706433/n":             {Target{}, netcause.OddAddress},
		"ftp://shop.example/n":             {Target{}, netcause.NoAddress},
		"https://name:canary@shop.example": {Target{}, netcause.NoAddress},
	} {
		if got := JudgeAddress(address, c.target); got.Kind != c.want || strings.Contains(got.String(), "canary") {
			t.Errorf("%s: %q, want %q", address, got, c.want)
		}
	}
}

// TestTry connects to servers that count what they are sent: a handshake at most.
func TestTry(t *testing.T) {
	t.Parallel()
	var requests atomic.Int32
	handler := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { requests.Add(1) })
	secure, plain := httptest.NewTLSServer(handler), httptest.NewServer(handler)
	t.Cleanup(secure.Close)
	t.Cleanup(plain.Close)
	roots := x509.NewCertPool()
	roots.AddCert(secure.Certificate())
	nobody := "https://" + port.Free(t)
	loopback := Target{AllowCallbacks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, PlainHTTP: true}
	trusting := loopback
	trusting.RootCAs = roots
	for name, c := range map[string]struct {
		address string
		target  Target
		want    netcause.Kind
	}{
		"well":              {secure.URL, trusting, ""},
		"plain http":        {plain.URL, loopback, ""},
		"unknown authority": {secure.URL, loopback, netcause.UnknownAuthority},
		"not allowed":       {secure.URL, Target{RootCAs: roots}, netcause.NotPublic},
		"no TLS there":      {strings.Replace(plain.URL, "http:", "https:", 1), trusting, netcause.NotTLS},
		"another name":      {strings.Replace(secure.URL, "127.0.0.1", "localhost", 1), trusting, netcause.WrongName},
		"nobody":            {nobody, trusting, netcause.ConnectRefused},
		"no such name":      {"https://shop.invalid/n", trusting, netcause.NoSuchHost},
		"https only":        {plain.URL, Target{AllowCallbacks: loopback.AllowCallbacks}, netcause.HTTPSOnly},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := TryAddress(t.Context(), c.address+"/notify?token=canary", c.target)
			if name == "no such name" && got.Kind == netcause.NameService {
				return // a machine without a name service
			}
			if got.Kind != c.want || strings.Contains(got.String(), "canary") {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
	t.Cleanup(func() {
		if n := requests.Load(); n > 0 {
			t.Errorf("%d requests were sent", n)
		}
	})
	t.Run("a byte", func(t *testing.T) {
		t.Parallel()
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		sent := make(chan []byte, 1)
		go func() {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			text, _ := io.ReadAll(conn)
			sent <- text
		}()
		if got := TryAddress(t.Context(), "http://"+listener.Addr().String(), loopback); got != (netcause.Cause{}) {
			t.Errorf("%q", got)
		}
		if text := <-sent; len(text) > 0 {
			t.Errorf("sent %q", text)
		}
		_ = listener.Close()
	})
}
