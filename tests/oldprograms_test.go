package tests

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

// callers are the kinds of programs that the documented configurations are for.
var callers = []struct {
	name    string
	options []string // of openssl s_client, none for plain http
	front   string   // what HAProxy logs: nothing of what it does not decrypt
	bridge  string   // what the bridge logs
}{
	{"TLS 1.0, RSA key exchange", []string{"-tls1", "-cipher", "AES128-SHA:@SECLEVEL=0", "-noservername"}, "TLSv1 AES128-SHA", "none"},
	{"TLS 1.0, curves, with SNI", []string{"-tls1", "-cipher", "ECDHE-RSA-AES128-SHA:@SECLEVEL=0", "-servername", "pay.example.net"}, "TLSv1 ECDHE-RSA-AES128-SHA", "none"},
	{"TLS 1.1, RSA key exchange", []string{"-tls1_1", "-cipher", "AES256-SHA:@SECLEVEL=0", "-noservername"}, "TLSv1.1 AES256-SHA", "none"},
	{"TLS 1.2, RSA key exchange", []string{"-tls1_2", "-cipher", "AES128-SHA", "-noservername"}, "TLSv1.2 AES128-SHA", "none"},
	{"TLS 1.2, RSA key exchange, GCM", []string{"-tls1_2", "-cipher", "AES256-GCM-SHA384", "-servername", "pay.example.com"}, "TLSv1.2 AES256-GCM-SHA384", "none"},
	{"TLS 1.2 without GCM", []string{"-tls1_2", "-cipher", "ECDHE-RSA-AES128-SHA", "-noservername"}, "", "TLS 1.2"},
	{"TLS 1.2", []string{"-tls1_2", "-servername", "pay.example.com"}, "", "TLS 1.2"},
	{"TLS 1.3 without SNI", []string{"-tls1_3", "-noservername"}, "", "TLS 1.3"},
	{"TLS 1.3, a name that is not known", []string{"-tls1_3", "-servername", "forgotten.example.com"}, "", "TLS 1.3"},
	{"plain http", nil, "", "none"},
}

// Programs of every kind pay through the documented configurations. Their own
// address comes to the gateway and into the log, and HAProxy's log tells which of
// them are too old for Caddy.
func TestOldPrograms(t *testing.T) {
	t.Parallel()
	e := newEdge(t)
	e.start()
	for i, c := range callers {
		from := fmt.Sprintf("127.0.7.%d", i+1)
		scheme, dial := "https", e.overOpenSSL(from, c.options...)
		if c.options == nil {
			scheme, dial = "http", overTCP(from, e.plain())
		}
		t.Run(c.name, func(t *testing.T) {
			for suite := range shops {
				for _, host := range []string{"pay.example.com", "203.0.113.80"} {
					e.pays(t, suite, scheme+"://"+host, dial, from, c.bridge)
				}
				e.pays(t, suite, "", dial, from, c.bridge)
			}
			e.expectFront(t, from, c.front)
		})
	}
	if violations := e.gateway.Violations(); len(violations) > 0 {
		t.Errorf("the gateway objects: %v", violations)
	}
}

// pays has a merchant's program pay, and ask for its order. Without a base URL the
// program names no host.
func (e *edge) pays(t *testing.T, suite, baseURL string, dial dialer, from, wantTLS string) {
	t.Helper()
	client := e.program(suite, "http://unnamed.example", dial)
	if baseURL == "" {
		client.HTTP.Transport = hostless{dial}
	} else {
		client.BaseURL = baseURL
	}
	p := e.payment(suite, "WxSao", 1999)
	reply, err := client.Pay(e.ctx(), p)
	if err != nil || reply.RespCode != "00" {
		t.Fatalf("%s, %q: %+v, %v", suite, baseURL, reply, err)
	}
	if got := e.lastPay(t, reply)["spbillCreatIp"]; got != from {
		t.Errorf("%s, %q: the gateway is told the address %s, want %s", suite, baseURL, got, from)
	}
	if line := e.bridge.logged(p.OrderID); line.RemoteIP != from || line.TLS != wantTLS {
		t.Errorf("%s, %q: the log says %+v, want %s and %s", suite, baseURL, line, from, wantTLS)
	}
	if reply, err := client.Query(e.ctx(), lookup(p.OrderID)); err != nil || reply.RespCode != "00" {
		t.Errorf("%s, %q: query: %+v, %v", suite, baseURL, reply, err)
	}
}

// expectFront insists that HAProxy has logged connections from an address with
// this version and cipher suite, and no others; or none at all.
func (e *edge) expectFront(t *testing.T, from, want string) {
	t.Helper()
	lines := func() (own []string) {
		for line := range strings.Lines(e.journal.text()) {
			if strings.Contains(line, " "+from+" ") {
				own = append(own, strings.TrimSpace(line))
			}
		}
		return own
	}
	if want != "" && !eventually(func() bool { return len(lines()) > 0 }) {
		t.Errorf("HAProxy has logged nothing of %s", from)
	}
	for _, line := range lines() {
		if want == "" || !strings.HasPrefix(line, "old_tls "+from+" ") || !strings.Contains(line, " "+want+" ") {
			t.Errorf("HAProxy has logged %q, want %q", line, want)
		}
	}
}

// sslv2Hello is a ClientHello in the form of SSL 2, with which Java 6 offers TLS:
// a version, RSA with AES-128, and 16 random bytes.
func sslv2Hello(version byte) []byte {
	hello := []byte{0x80, 31, 1, 3, version, 0, 6, 0, 0, 0, 16, 0x00, 0x00, 0x2f, 0x00, 0x00, 0x35}
	random := make([]byte, 16)
	_, _ = rand.Read(random)
	return append(hello, random...)
}

// HAProxy answers a ClientHello in the form of SSL 2 with the version that it
// offers. Caddy answers with an alert.
func TestOldProgramsSSLv2Hello(t *testing.T) {
	t.Parallel()
	e := newEdge(t)
	e.start()
	for version, name := range map[byte]string{1: "TLS 1.0", 2: "TLS 1.1"} {
		for address, want := range map[string]byte{e.tls: 22, e.https: 21} { // handshake, alert
			conn, err := overTCP("127.0.0.1", address)(e.ctx())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if _, err := conn.Write(sslv2Hello(version)); err != nil {
				t.Fatal(err)
			}
			answer := make([]byte, 3)
			if _, err := io.ReadFull(conn, answer); err != nil || answer[0] != want || want == 22 && answer[2] != version {
				t.Errorf("%s at %s: % x, %v", name, address, answer, err)
			}
		}
	}
}

// trickle sends the first bytes one by one.
type trickle struct {
	net.Conn
	left int
}

func (c *trickle) Write(p []byte) (sent int, err error) {
	for ; c.left > 0 && sent < len(p) && err == nil; c.left-- {
		var n int
		n, err = c.Conn.Write(p[sent : sent+1])
		sent += n
	}
	if err != nil {
		return sent, err
	}
	n, err := c.Conn.Write(p[sent:])
	return sent + n, err
}

// A ClientHello that comes in pieces, as long ones do, is not taken for an old one.
func TestOldProgramsHelloInPieces(t *testing.T) {
	t.Parallel()
	e := newEdge(t)
	e.start()
	for i, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		from := fmt.Sprintf("127.0.8.%d", i+1)
		dial := func(ctx context.Context) (net.Conn, error) {
			conn, err := overTCP(from, e.tls)(ctx)
			if err != nil {
				return nil, err
			}
			return e.overGo(ctx, &trickle{Conn: conn, left: 400}, version)
		}
		e.pays(t, "intl", "https://pay.example.com", dial, from, tls.VersionName(version))
		e.expectFront(t, from, "")
	}
}

// Payers' browsers and everything else that is not a merchant's program get
// nothing over plain http or old TLS but the way to https.
func TestOldProgramsOnly(t *testing.T) {
	t.Parallel()
	e := newEdge(t)
	e.start()
	old := e.overOpenSSL("127.0.0.1", callers[0].options...)
	for _, c := range []struct {
		over, base, path string
		dial             dialer
		status           int
		location         string
	}{
		{"plain http", "http://pay.example.com", "/wxjsapi/gopay.html?req=x", overTCP("127.0.0.1", e.plain()), 307, "https://pay.example.com/wxjsapi/gopay.html?req=x"},
		{"plain http", "http://pay.example.com", "/apis/wxjspaygateway", overTCP("127.0.0.1", e.plain()), 307, "https://pay.example.com/apis/wxjspaygateway"},
		{"plain http", "http://pay.example.com", "/onepay/notify", overTCP("127.0.0.1", e.plain()), 404, ""},
		{"plain http", "http://pay.example.com", "//API/Query/", overTCP("127.0.0.1", e.plain()), 200, ""},
		{"old TLS", "https://pay.example.com", "/wxjsapi/gopay.html", old, 404, ""},
		{"old TLS", "https://pay.example.com", "/onepay/notify", old, 404, ""},
		{"old TLS", "https://pay.example.com", "//API/Query/", old, 200, ""},
	} {
		client := e.program("intl", c.base, c.dial).HTTP
		client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		resp, err := client.Post(c.base+c.path, "application/x-www-form-urlencoded", strings.NewReader("req=x"))
		if err != nil {
			t.Errorf("%s %s: %v", c.over, c.path, err)
			continue
		}
		resp.Body.Close()
		if resp.StatusCode != c.status || resp.Header.Get("Location") != c.location {
			t.Errorf("%s %s: %d %s", c.over, c.path, resp.StatusCode, resp.Header.Get("Location"))
		}
	}
}
