package delivery

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/crash"
	"github.com/paybridge/paybridge/caddymodule/internal/netcause"
)

// A connection that one merchant may use is no way in for another.
func TestPoliciesDoNotShareConnections(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "0000")
	}))
	t.Cleanup(server.Close)
	s := newTestSender(t, 5*time.Second)
	for i, step := range []struct {
		target Target
		want   Class
	}{{loopback(), OK}, {testTarget(), Blocked}, {loopback(), OK}} {
		if r := s.send(t.Context(), testOrder(server.URL), step.target, agreed); r.class != step.want {
			t.Errorf("step %d: %s (%v), want %s", i, r.class, r.cause, step.want)
		}
	}
}

// A transport dials on a goroutine of its own. A bug there is a call that was not made.
func TestPanicWhileDialling(t *testing.T) {
	t.Parallel()
	pool := newTransports(zap.NewNop(), time.Second, 1)
	t.Cleanup(pool.close)
	transport := pool.transport(policy{})
	transport.DialContext = pool.guarded(func(context.Context, string, string) (net.Conn, error) { panic("a bug") })
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://127.0.0.1:1/", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	res, err := transport.RoundTrip(req)
	if err == nil {
		_ = res.Body.Close()
	}
	if !errors.Is(err, crash.ErrLogged) {
		t.Errorf("ended with %v", err)
	}
}

func TestEqualPoliciesShareATransport(t *testing.T) {
	t.Parallel()
	pool := newTransports(zap.NewNop(), time.Second, 1)
	defer pool.close()
	one, other := netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("192.168.0.0/16")
	roots := x509.NewCertPool()
	first := pool.get(policy{[]netip.Prefix{one, other}, roots})
	if pool.get(policy{[]netip.Prefix{other, netip.MustParsePrefix("10.1.2.3/8"), other}, roots}) != first {
		t.Error("the same networks in other words have a transport of their own")
	}
	if pool.get(policy{[]netip.Prefix{one}, roots}) == first || pool.get(policy{[]netip.Prefix{one, other}, nil}) == first {
		t.Error("different policies share a transport")
	}
	for range 2 * maxTransports {
		pool.get(policy{nil, x509.NewCertPool()})
		pool.get(policy{[]netip.Prefix{one}, roots})
	}
	if n := len(pool.byKey); n != maxTransports {
		t.Errorf("%d transports kept, want %d", n, maxTransports)
	}
}

// Nothing of an earlier answer comes back, and nothing from the environment.
func TestNoCookiesNoProxies(t *testing.T) {
	t.Parallel()
	var cookies atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		cookies.Add(int32(len(r.Cookies())))
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "1", Path: "/"})
		_, _ = io.WriteString(w, "0000")
	}))
	t.Cleanup(server.Close)
	s := newTestSender(t, 5*time.Second)
	for range 2 {
		s.send(t.Context(), testOrder(server.URL), loopback(), agreed)
	}
	if n := cookies.Load(); n != 0 {
		t.Errorf("%d cookies sent back", n)
	}
	pool := newTransports(zap.NewNop(), time.Second, 1)
	defer pool.close()
	if pool.transport(policy{}).Proxy != nil {
		t.Error("a proxy is asked for")
	}
}

// A server that reads the whole call on a connection in use and closes it sees
// the call once.
func TestNoHiddenRepeat(t *testing.T) {
	t.Parallel()
	var posts atomic.Int32
	address := rawServer(t, func(conn net.Conn) {
		in := bufio.NewReader(conn)
		for {
			req, err := http.ReadRequest(in)
			if err != nil {
				return
			}
			_, _ = io.Copy(io.Discard, req.Body)
			if posts.Add(1) > 1 {
				return
			}
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfail")
		}
	})
	s := newTestSender(t, 5*time.Second)
	for i, want := range []Class{Refused, Broken} {
		if r := s.send(t.Context(), testOrder(address), loopback(), agreed); r.class != want {
			t.Errorf("call %d: %s (%v), want %s", i+1, r.class, r.cause, want)
		}
	}
	if n := posts.Load(); n != 2 {
		t.Errorf("%d posts for 2 calls", n)
	}
}

// A handshake that hangs ends with the call, or at the latest with the
// transports.
func TestHangingHandshake(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	address := rawServer(t, func(net.Conn) { <-release })
	s := newTestSender(t, 100*time.Millisecond)
	r := s.send(t.Context(), testOrder(strings.Replace(address, "http:", "https:", 1)), loopback(), agreed)
	close(release)
	if r.class != Timeout {
		t.Errorf("%s (%v), want timeout", r.class, r.cause)
	}
}

func TestInterruptedCall(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		why  error
		want netcause.Kind
	}{
		"the bridge stops":        {errInterrupted, netcause.Stopped},
		"whoever tries it is off": {nil, netcause.HungUp},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancelCause(t.Context())
			server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				cancel(tc.why)
				<-r.Context().Done()
			}))
			t.Cleanup(server.Close)
			r := newTestSender(t, time.Minute).send(ctx, testOrder(server.URL), loopback(), agreed)
			if r.cause.Kind != tc.want || (r.class == Interrupted) != (tc.want == netcause.Stopped) {
				t.Errorf("%s (%v), want %s", r.class, r.cause, tc.want)
			}
		})
	}
}

func TestTLSIsAlwaysVerified(t *testing.T) {
	t.Parallel()
	d := newDialer(t.Context(), time.Second, policy{})
	if d.tls.InsecureSkipVerify || d.tls.MinVersion < tls.VersionTLS12 {
		t.Errorf("TLS configuration is lax")
	}
}
