package tests

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

// aloneSite is the site of the README's first configuration, with the certificate
// of the tests.
const aloneSite = `
pay.example.com {
	bind 127.0.0.1
	tls CERTIFICATE KEY
	paybridge
	respond "not found" 404
}
`

// caddyAlone starts a bridge without HAProxy, and without anything that old
// programs need but the global options that are given.
func caddyAlone(t *testing.T, options string) *edge {
	t.Helper()
	e := newEdge(t)
	_, app, _ := strings.Cut(e.caddyfile, "\n\tpaybridge {\n")
	app, _, _ = strings.Cut(app, "\n}\n")
	ports := "\thttp_port " + portOf(e.plain()) + "\n\thttps_port " + portOf(e.https) + "\n"
	site := strings.NewReplacer(
		"CERTIFICATE", e.bridge.dir+"/pay.example.com.crt", "KEY", e.bridge.dir+"/pay.example.com.key",
	).Replace(aloneSite)
	e.caddyfile = "{\n\tadmin " + e.bridge.admin + "\n" + ports + options + "\tpaybridge {\n" + app + "\n}\n" + site
	e.writeCaddyfile()
	e.bridge.start()
	return e
}

// overAlone connects to Caddy.
func (e *edge) overAlone(options ...string) dialer {
	return func(ctx context.Context) (net.Conn, error) {
		return dialOpenSSL(ctx, e.t, e.https, e.authority, options...)
	}
}

// Caddy as it comes turns old programs away by an alert.
func TestCaddyAloneRefuses(t *testing.T) {
	t.Parallel()
	e := caddyAlone(t, "")
	for _, c := range []struct {
		alert   string
		options []string
	}{
		{"alert protocol version", []string{"-servername", "pay.example.com", "-tls1", "-cipher", "ALL:@SECLEVEL=0"}},
		{"alert protocol version", []string{"-servername", "pay.example.com", "-tls1_1", "-cipher", "ALL:@SECLEVEL=0"}},
		{"alert handshake failure", []string{"-servername", "pay.example.com", "-tls1_2", "-cipher", "AES128-SHA"}},
		{"alert handshake failure", []string{"-servername", "pay.example.com", "-tls1_2", "-cipher", "AES128-GCM-SHA256"}},
		{"alert handshake failure", []string{"-servername", "pay.example.com", "-tls1_2", "-cipher", "ECDHE-RSA-AES128-SHA"}},
		{"alert internal error", []string{"-noservername", "-tls1_3"}},
		{"alert internal error", []string{"-servername", "forgotten.example.com", "-tls1_3"}},
	} {
		conn, err := e.overAlone(c.options...)(e.ctx())
		if err == nil {
			conn.Close()
		}
		if err == nil || !strings.Contains(err.Error(), c.alert) {
			t.Errorf("%q: %v, want %s", c.options, err, c.alert)
		}
	}
	e.pays(t, "intl", "https://pay.example.com", e.overAlone("-servername", "pay.example.com"), "127.0.0.1", "TLS 1.3")
}

// Caddy as it comes gives no v1 answer to who calls an address, or by plain http.
func TestCaddyAloneIsNotHeard(t *testing.T) {
	t.Parallel()
	e := caddyAlone(t, "")
	secure := e.overAlone("-servername", "pay.example.com")
	for base, c := range map[string]struct {
		dial   dialer
		status int
	}{
		"https://203.0.113.80":   {secure, http.StatusOK},
		"http://pay.example.com": {overTCP("127.0.0.1", e.plain()), http.StatusPermanentRedirect},
	} {
		status, body := e.postQuery(t, base, c.dial)
		if status != c.status || body != "" {
			t.Errorf("%s: %d %q", base, status, body)
		}
	}
}

// postQuery sends a request without a signature, which the bridge answers with 90.
func (e *edge) postQuery(t *testing.T, base string, dial dialer) (status int, body string) {
	t.Helper()
	client := e.program("intl", base, dial).HTTP
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := client.Post(base+"/api/query", "application/x-www-form-urlencoded", strings.NewReader("req=x"))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

// default_sni serves callers that name no host in the handshake, fallback_sni those
// that name an unknown one.
func TestCaddyAloneWithSNIOptions(t *testing.T) {
	t.Parallel()
	e := caddyAlone(t, "\tdefault_sni pay.example.com\n\tfallback_sni pay.example.com\n")
	for option, version := range map[string]string{"-tls1_2": "TLS 1.2", "-tls1_3": "TLS 1.3"} {
		for _, sni := range [][]string{{"-noservername"}, {"-servername", "forgotten.example.com"}} {
			e.pays(t, "intl", "https://pay.example.com", e.overAlone(append(sni, option)...), "127.0.0.1", version)
		}
	}
}

// Without auto_https disable_redirects a Caddy that gets its certificates by itself
// sends plain http on, although there is a site for it.
func TestRedirectsComeFirst(t *testing.T) {
	t.Parallel()
	e := newEdge(t)
	e.manageCertificates()
	without := rewrite(t, e.caddyfile, [][2]string{{"\tauto_https disable_redirects\n", ""}})
	for _, c := range []struct {
		caddyfile string
		status    int
	}{{e.caddyfile, http.StatusOK}, {without, http.StatusPermanentRedirect}} {
		e.caddyfile = c.caddyfile
		e.writeCaddyfile()
		e.bridge.start()
		if status, body := e.postQuery(t, "http://pay.example.com", overTCP("127.0.0.1", e.plain())); status != c.status {
			t.Errorf("%d %s, want %d", status, body, c.status)
		}
		e.bridge.stop()
	}
}
