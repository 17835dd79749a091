package tests

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/paybridge/paybridge/tests/sandbox"
)

// oldTLS are options of s_client for what only HAProxy can serve.
var oldTLS = callers[0].options

// forwarded adds what programs and load balancers say of where a request came
// from.
type forwarded struct{ http.RoundTripper }

func (f forwarded) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("X-Forwarded-For", "198.51.100.7")
	return f.RoundTripper.RoundTrip(r)
}

// X-Forwarded-For is believed from the load balancer that trusted_proxies names,
// and from nobody else, although every connection comes from HAProxy.
func TestOldProgramsForwardedFor(t *testing.T) {
	t.Parallel()
	e := newEdge(t)
	e.caddyfile = rewrite(t, switchOn(e.caddyfile), [][2]string{{"192.0.2.10", "127.0.6.10"}})
	e.start()
	for name, options := range map[string][]string{"old": oldTLS, "new": {"-tls1_3"}} {
		for from, want := range map[string]string{"127.0.6.10": "198.51.100.7", "127.0.6.11": "127.0.6.11"} {
			client := e.program("intl", "https://pay.example.com", e.overOpenSSL(from, options...))
			client.HTTP.Transport = forwarded{client.HTTP.Transport}
			p := e.payment("intl", "WxSao", 1999)
			reply, err := client.Pay(e.ctx(), p)
			if err != nil || reply.RespCode != "00" {
				t.Fatalf("%s from %s: %+v, %v", name, from, reply, err)
			}
			if got := e.lastPay(t, reply)["spbillCreatIp"]; got != want {
				t.Errorf("%s from %s: the gateway is told %s, want %s", name, from, got, want)
			}
			if line := e.bridge.logged(p.OrderID); line.RemoteIP != want {
				t.Errorf("%s from %s: the log says %s, want %s", name, from, line.RemoteIP, want)
			}
		}
	}
}

// With the list switched on, old TLS is for the addresses in it alone, and for
// nobody when it is empty. Others go on.
func TestOldProgramsList(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		list   string
		served bool
	}{
		"listed":     {"127.0.5.1\n203.0.113.0/24\n", true},
		"not listed": {"127.0.5.2\n", false},
		"ended":      {"", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newEdge(t)
			if err := os.WriteFile(filepath.Join(e.bridge.dir, "haproxy-old-programs.lst"), []byte(c.list), 0o600); err != nil {
				t.Fatal(err)
			}
			e.haproxy = switchOn(e.haproxy)
			e.start()
			conn, err := e.overOpenSSL("127.0.5.1", oldTLS...)(e.ctx())
			if err == nil {
				conn.Close()
			}
			if (err == nil) != c.served {
				t.Errorf("old TLS: %v", err)
			}
			e.pays(t, "intl", "https://pay.example.com", e.overOpenSSL("127.0.5.1", "-tls1_2"), "127.0.5.1", "TLS 1.2")
		})
	}
}

// The documented line sends a program that claims more than it can to HAProxy.
func TestOldProgramsByAddress(t *testing.T) {
	t.Parallel()
	e := newEdge(t)
	e.haproxy = rewrite(t, e.haproxy, [][2]string{
		{"\tuse_backend caddy_https", "\tuse_backend old_tls if { src 127.0.5.20 }\n\tuse_backend caddy_https"},
	})
	e.start()
	dial := e.overOpenSSL("127.0.5.20", "-tls1_2", "-noservername")
	e.pays(t, "intl", "https://pay.example.com", dial, "127.0.5.20", "none")
	e.expectFront(t, "127.0.5.20", "TLSv1.2 ECDHE-RSA-AES256-GCM-SHA384")
}

// A load balancer that speaks the PROXY protocol to HAProxy is believed with
// accept-proxy.
func TestOldProgramsAcceptProxy(t *testing.T) {
	t.Parallel()
	e := newEdge(t)
	e.haproxy = rewrite(t, e.haproxy, [][2]string{{"\tbind " + e.tls + "\n", "\tbind " + e.tls + " accept-proxy\n"}})
	e.start()
	for i, version := range []uint16{tls.VersionTLS10, tls.VersionTLS13} {
		from := "198.51.100." + strconv.Itoa(i+1)
		dial := func(ctx context.Context) (net.Conn, error) {
			conn, err := overTCP("127.0.0.1", e.tls)(ctx)
			if err != nil {
				return nil, err
			}
			if _, err := io.WriteString(conn, "PROXY TCP4 "+from+" 203.0.113.80 4711 443\r\n"); err != nil {
				return nil, err
			}
			return e.overGo(ctx, conn, version)
		}
		e.pays(t, "intl", "https://pay.example.com", dial, from, []string{"none", "TLS 1.3"}[i])
	}
}

// manageCertificates has Caddy get its certificates by itself: from its own
// authority, which this machine is not to trust.
func (e *edge) manageCertificates() {
	e.t.Helper()
	files := filepath.Join(e.bridge.dir, "pay.example.com.crt") + " " + filepath.Join(e.bridge.dir, "pay.example.com.key")
	e.caddyfile = rewrite(e.t, e.caddyfile, [][2]string{
		{"tls " + files + " {", "tls {"},
		{"\tfallback_sni ", "\tlocal_certs\n\tkey_type rsa2048\n\tskip_install_trust\n\tfallback_sni "},
	})
}

// Where Caddy gets its certificates by itself, callers with no name and with an
// unknown one are served too, by default_sni and fallback_sni.
func TestOldProgramsManagedCertificates(t *testing.T) {
	t.Parallel()
	e := newEdge(t)
	e.manageCertificates()
	e.start()
	e.authority = filepath.Join(e.bridge.dir, "caddy", "pki", "authorities", "local", "root.crt")
	for _, options := range [][]string{
		{"-tls1_3", "-noservername"},
		{"-tls1_2", "-noservername", "-cipher", "ECDHE-RSA-AES128-SHA"},
		{"-tls1_3", "-servername", "forgotten.example.com"},
		{"-tls1_2", "-servername", "pay.example.net", "-verify_hostname", "pay.example.net"},
	} {
		wantTLS := map[string]string{"-tls1_2": "TLS 1.2", "-tls1_3": "TLS 1.3"}[options[0]]
		dial := e.overOpenSSL("127.0.5.9", options...)
		if !eventually(func() bool { // the certificates are made after the start
			conn, err := dial(e.ctx())
			if err == nil {
				conn.Close()
			}
			return err == nil
		}) {
			t.Fatalf("no handshake with %q", options)
		}
		e.pays(t, "intl", "https://pay.example.com", dial, "127.0.5.9", wantTLS)
	}
}

// A caller that comes while the bridge is away waits in HAProxy until it is back.
func TestOldProgramsRestart(t *testing.T) {
	t.Parallel()
	e := newEdge(t)
	e.haproxy = rewrite(t, e.haproxy, [][2]string{{"retries 10\n", "retries 1000\n"}}) // the machine may be slow
	e.start()
	e.bridge.stop()
	conn, err := e.overOpenSSL("127.0.4.9", oldTLS...)(e.ctx())
	if err != nil {
		t.Fatal(err)
	}
	e.bridge.start()
	client := e.program("intl", "https://pay.example.com", func(context.Context) (net.Conn, error) { return conn, nil })
	if reply, err := client.Pay(e.ctx(), e.payment("intl", "WxSao", 1999)); err != nil || reply.RespCode != "00" {
		t.Errorf("%+v, %v", reply, err)
	}
}

// A request that is in hand while the bridge is reloaded is answered, through
// HAProxy as without it, and those after it go to the new configuration with
// their own addresses.
func TestOldProgramsReload(t *testing.T) {
	t.Parallel()
	e := newEdge(t)
	inside, err := url.Parse(e.settings.Gateway)
	if err != nil {
		t.Fatal(err)
	}
	inside.Path = ""
	arrived, goOn := make(chan struct{}), make(chan struct{})
	var calls atomic.Int64
	pass := httputil.NewSingleHostReverseProxy(inside)
	gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1) == 1 {
			close(arrived)
			<-goOn
		}
		pass.ServeHTTP(w, r)
	}))
	t.Cleanup(gateway.Close)
	e.caddyfile = rewrite(t, e.caddyfile, [][2]string{{e.settings.Gateway, gateway.URL + sandbox.OnePayPath}})
	e.start()
	var inHand sync.WaitGroup
	inHand.Go(func() {
		client := e.program("intl", "https://pay.example.com", e.overOpenSSL("127.0.0.1", oldTLS...))
		if reply, err := client.Pay(e.ctx(), e.payment("intl", "WxSao", 1999)); err != nil || reply.RespCode != "00" {
			t.Errorf("in hand: %+v, %v", reply, err)
		}
	})
	<-arrived
	reloaded := make(chan error, 1)
	go func() { reloaded <- e.bridge.reload(e.ctx()) }()
	if !eventually(func() bool { return strings.Count(e.bridge.log(), `"paybridge serves"`) == 2 }) {
		t.Error("the new configuration does not start")
	}
	close(goOn)
	inHand.Wait()
	if err := <-reloaded; err != nil {
		t.Fatal(err)
	}
	e.pays(t, "gm", "https://pay.example.com", e.overOpenSSL("127.0.4.2", oldTLS...), "127.0.4.2", "none")
	e.pays(t, "gm", "https://pay.example.com", e.overOpenSSL("127.0.4.3", "-tls1_3"), "127.0.4.3", "TLS 1.3")
}

// onSockets has systemd hold the bridge's sockets, as docs/old-programs.md says.
func (e *edge) onSockets() {
	e.t.Helper()
	e.bridge.listen(e.https, e.decrypted)
	decrypted := "http://:" + portOf(e.decrypted) + " {\n\tbind "
	e.caddyfile = rewrite(e.t, e.caddyfile, [][2]string{
		{"servers " + e.plain() + " {", "servers fd/3 {"},
		{"servers " + e.https + " {", "servers fd/4 {"},
		{"servers " + e.decrypted + " {", "servers fd/5 {"},
		{decrypted + "127.0.0.1\n", decrypted + "fd/5\n"},
		{"\tbind 127.0.0.1\n", "\tbind fd/4\n"},
		{"\nhttp:// {\n", "\nhttp:// {\n\tbind fd/3\n"},
	})
}

// Old programs pay while the bridge is reloaded again and again, on sockets of
// systemd. Who gets no answer asks again, and no order is charged twice.
func TestOldProgramsReloads(t *testing.T) {
	t.Parallel()
	e := newEdge(t)
	e.onSockets()
	e.start()
	overTLS10 := func(ctx context.Context) (net.Conn, error) {
		conn, err := overTCP("127.0.4.20", e.tls)(ctx)
		if err != nil {
			return nil, err
		}
		return e.overGo(ctx, conn, tls.VersionTLS10)
	}
	var answered, unanswered atomic.Int64
	var programs sync.WaitGroup
	ctx, stop := context.WithCancel(e.ctx())
	defer programs.Wait()
	defer stop()
	for range 3 {
		programs.Go(func() {
			client := e.program("intl", "https://pay.example.com", overTLS10)
			for p := e.payment("intl", "AliCode", 1999); ctx.Err() == nil; {
				reply, err := client.Pay(ctx, p)
				switch {
				case ctx.Err() != nil:
				case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET):
					unanswered.Add(1) // a busy machine; the program repeats
				case err != nil || reply.RespCode != "00":
					t.Errorf("%+v, %v", reply, err)
					return
				default:
					answered.Add(1)
					p = e.payment("intl", "AliCode", 1999)
				}
			}
		})
	}
	for range 5 {
		enough := answered.Load() + 6
		if err := e.bridge.reload(e.ctx()); err != nil {
			t.Fatal(err)
		}
		if !eventually(func() bool { return answered.Load() >= enough || t.Failed() }) {
			t.Fatal("programs cannot pay")
		}
	}
	stop()
	programs.Wait()
	for _, order := range e.gateway.State().Orders {
		if order.Charges > 1 {
			t.Errorf("order %s is charged %d times", order.OrderID, order.Charges)
		}
	}
	t.Logf("%d payments over TLS 1.0 in 5 reloads, %d asked again", answered.Load(), unanswered.Load())
}
