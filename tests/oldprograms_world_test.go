package tests

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paybridge/paybridge/tests/port"
	"github.com/paybridge/paybridge/tests/sandbox/merchant"
)

// The files that docs/old-programs.md tells an operator to take. The tests run
// them, with other ports and paths.
const (
	haproxyConfig    = "docs/haproxy/haproxy.cfg"
	haproxyCaddyfile = "docs/haproxy/Caddyfile"
)

// edge is a world whose bridge stands behind HAProxy, as for old programs.
type edge struct {
	*world
	tls                string // where callers reach HAProxy
	https, decrypted   string // where HAProxy reaches the bridge
	authority          string // file with the certificate of who signed the others
	caddyfile, haproxy string // the configurations, as files that are not written yet
	journal            *journal
}

// newEdge makes a world with the documented configurations, for a test to change.
func newEdge(t *testing.T) *edge {
	t.Helper()
	systemProgram(t, "haproxy", "PAYBRIDGE_REQUIRE_HAPROXY")
	e := &edge{
		world: newWorld(t, settings{}), journal: startJournal(t),
		tls: port.Free(t), https: port.Free(t), decrypted: port.Free(t),
	}
	e.writeKeys()
	e.caddyfile = rewrite(t, readText(t, haproxyCaddyfile), [][2]string{
		{"\n{\n", "\n{\n\tadmin " + e.bridge.admin + "\n\thttp_port " + portOf(e.plain()) + "\n\tdefault_bind 127.0.0.1\n"},
		{"https_port 8443\n", "https_port " + portOf(e.https) + "\n"},
		{"servers 127.0.0.1:8443 {", "servers " + e.https + " {"},
		{"servers 127.0.0.1:8080 {", "servers " + e.decrypted + " {"},
		{"servers :80 {", "servers " + e.plain() + " {"},
		{"http://:8080 {", "http://:" + portOf(e.decrypted) + " {"},
		{"/var/lib/paybridge/", e.bridge.dir + "/"},
		{"https://gw.example.com/onePayService/onePay.do", e.settings.Gateway},
		{"\t\tmerchant 89900001 {\n", "\t\tmerchant 89900001 {\n\t\t\tallow_callbacks 127.0.0.0/8\n"},
		{"\n\tpaybridge {\n", "\n\tpaybridge {\n" + gmMerchant},
		{"/etc/paybridge/", e.bridge.dir + "/"},
	})
	e.haproxy = rewrite(t, readText(t, haproxyConfig), [][2]string{
		{"log /dev/log ", "log " + e.journal.address + " "},
		{"\tchroot /var/lib/haproxy\n\tuser haproxy\n\tgroup haproxy\n", ""}, // tests may be nobody's root
		{"bind :::443 v4v6\n", "bind " + e.tls + "\n"},
		{"127.0.0.1:8443 ", e.https + " "},
		{"127.0.0.1:8080 ", e.decrypted + " "},
		{"abns@paybridge_old_tls ", "abns@" + e.tls + " "}, // one for each test
		{"/etc/haproxy/", e.bridge.dir + "/haproxy-"},
	})
	return e
}

// gmMerchant is the other suite's merchant, beside the documented one.
const gmMerchant = `		merchant 89900002 {
			sign_key {file./etc/paybridge/89900002.key}
			gateway_merchant 473053110002
			private_key /etc/paybridge/473053110002.pem
			gateway_key /etc/paybridge/onepay-sm2-public.pem
			suite gm
			allow_callbacks 127.0.0.0/8
		}
`

// start writes the configurations and starts the bridge, and HAProxy in front.
func (e *edge) start() {
	e.t.Helper()
	e.writeCaddyfile()
	e.bridge.start()
	startHAProxy(e.t, e.haproxy, e.tls)
}

func (e *edge) writeCaddyfile() {
	e.t.Helper()
	if err := os.WriteFile(e.bridge.config, []byte(e.caddyfile), 0o600); err != nil {
		e.t.Fatal(err)
	}
}

// plain is where programs reach the bridge by plain http.
func (e *edge) plain() string { return strings.TrimPrefix(e.bridge.url, "http://") }

func portOf(address string) string {
	_, number, _ := net.SplitHostPort(address)
	return number
}

// rewrite replaces texts that must be there.
func rewrite(t testing.TB, text string, changes [][2]string) string {
	t.Helper()
	for _, change := range changes {
		if !strings.Contains(text, change[0]) {
			t.Fatalf("nothing like %q in\n%s", change[0], text)
		}
		text = strings.ReplaceAll(text, change[0], change[1])
	}
	return text
}

// writeKeys writes the files that the configurations name.
func (e *edge) writeKeys() {
	e.t.Helper()
	names := map[string]string{
		"473053110001.pem": shops["intl"].PrivateKey, "onepay-public.pem": shops["intl"].GatewayKey,
		"473053110002.pem": shops["gm"].PrivateKey, "onepay-sm2-public.pem": shops["gm"].GatewayKey,
	}
	files := map[string][]byte{}
	for name, key := range names {
		files[name] = readKey(e.t, key)
	}
	c := edgeCertificates(e.t)
	files["pay.example.com.crt"], files["pay.example.com.key"] = c.caddy.certificate, c.caddy.key
	files["haproxy-pay.example.com.pem"] = append(c.haproxy.certificate, c.haproxy.key...)
	files["authority.crt"] = c.authority
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(e.bridge.dir, name), text, 0o600); err != nil {
			e.t.Fatal(err)
		}
	}
	e.authority = filepath.Join(e.bridge.dir, "authority.crt")
}

// certificates are those of Caddy and HAProxy, each with a key of its own, for
// the names of the documented configuration.
type certificates struct {
	authority      []byte
	caddy, haproxy pair
	err            error
}

type pair struct{ certificate, key []byte } // PEM

var madeCertificates = sync.OnceValue(makeCertificates)

func edgeCertificates(t testing.TB) certificates {
	t.Helper()
	c := madeCertificates()
	if c.err != nil {
		t.Fatal(c.err)
	}
	return c
}

func makeCertificates() (c certificates) {
	template := x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Authority of the tests"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(0, 0, 2),
		IsCA: true, BasicConstraintsValid: true,
	}
	parent := template
	var signer *rsa.PrivateKey
	sign := func() (p pair) {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			c.err = err
			return p
		}
		if signer == nil {
			signer = key
		}
		der, err := x509.CreateCertificate(rand.Reader, &template, &parent, &key.PublicKey, signer)
		if err != nil {
			c.err = err
		}
		return pair{
			pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
			pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}),
		}
	}
	c.authority = sign().certificate
	template.IsCA, template.DNSNames = false, []string{"pay.example.com", "pay.example.net"}
	template.Subject, template.SerialNumber = pkix.Name{CommonName: "pay.example.com"}, big.NewInt(2)
	c.caddy = sign()
	template.SerialNumber = big.NewInt(3)
	c.haproxy = sign()
	return c
}

// dialer makes the connections of a merchant's program.
type dialer func(ctx context.Context) (net.Conn, error)

// overOpenSSL connects to HAProxy from an address of loopback.
func (e *edge) overOpenSSL(from string, options ...string) dialer {
	return func(ctx context.Context) (net.Conn, error) {
		return dialOpenSSL(ctx, e.t, e.tls, e.authority, append([]string{"-bind", from + ":0"}, options...)...)
	}
}

// overGo speaks TLS on a connection with Go's client, which needs no process: up to
// TLS 1.2 with RSA key exchange among the suites.
func (e *edge) overGo(ctx context.Context, conn net.Conn, version uint16) (net.Conn, error) {
	authority := x509.NewCertPool()
	authority.AppendCertsFromPEM(edgeCertificates(e.t).authority)
	secure := tls.Client(conn, &tls.Config{
		ServerName: "pay.example.com", RootCAs: authority, MinVersion: version, MaxVersion: version,
		CipherSuites: []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256},
	})
	return secure, secure.HandshakeContext(ctx)
}

// overTCP connects to an address without TLS.
func overTCP(from, address string) dialer {
	return func(ctx context.Context) (net.Conn, error) {
		d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
		return d.DialContext(ctx, "tcp", address)
	}
}

// program is a merchant's program that calls the base URL on such connections.
func (e *edge) program(suite, baseURL string, dial dialer) *merchant.Client {
	client := e.client(suite)
	client.BaseURL = baseURL
	connect := func(ctx context.Context, _, _ string) (net.Conn, error) { return dial(ctx) }
	client.HTTP = &http.Client{Transport: &http.Transport{DialContext: connect, DialTLSContext: connect, DisableKeepAlives: true}}
	return client
}

// loggedRequest is what the bridge's log says of a request.
type loggedRequest struct {
	Message   string `json:"msg"`
	Interface string `json:"interface"`
	RemoteIP  string `json:"remote_ip"`
	TLS       string `json:"tls"`
	OrderID   string `json:"orderid"`
}

// logged waits for the log line of the payment of an order.
func (p *process) logged(orderID string) (line loggedRequest) {
	p.t.Helper()
	found := eventually(func() bool {
		for text := range strings.Lines(p.log()) {
			if json.Unmarshal([]byte(text), &line) == nil &&
				line.Message == "v1 request" && line.Interface == "pay" && line.OrderID == orderID {
				return true
			}
		}
		return false
	})
	if !found {
		p.t.Errorf("no line about the payment of %s in the log", orderID)
	}
	return line
}
