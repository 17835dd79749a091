package tests

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/paybridge/paybridge/tests/port"
)

// newIdentity makes a certificate as the documents tell a reader or an operator to.
func newIdentity(t *testing.T, name string) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		BasicConstraintsValid: true, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// documentedIdentity runs the documented command for a certificate.
func documentedIdentity(t *testing.T, document, name string) tls.Certificate {
	t.Helper()
	command := regexp.MustCompile(`(?m)^openssl req -x509 .*$`).FindString(readText(t, document))
	cmd := exec.Command("sh", "-c", strings.ReplaceAll(command, "reader", name))
	cmd.Dir = t.TempDir()
	if out, err := cmd.CombinedOutput(); err != nil || command == "" {
		t.Fatalf("%s: %q: %v: %s", document, command, err, out)
	}
	identity, err := tls.LoadX509KeyPair(filepath.Join(cmd.Dir, name+".pem"), filepath.Join(cmd.Dir, name+".key"))
	if err != nil {
		t.Fatal(err)
	}
	return identity
}

// roles are the people of these tests. The reader made a certificate as the documents
// tell, the stranger one like it that nobody has listed.
type roles struct{ reader, operator, stranger tls.Certificate }

func newRoles(t *testing.T, document string) roles {
	t.Helper()
	return roles{documentedIdentity(t, document, "reader"), newIdentity(t, "operator"), newIdentity(t, "reader")}
}

// door is an entrance of a bridge that asks for certificates.
type door struct {
	t      *testing.T
	host   string // that the bridge's certificate is for
	at     string // where it listens
	root   *x509.CertPool
	byPage bool // changes are made by the page of this address, as in a browser
}

// newDoor waits for the root of the bridge's own authority.
func (p *process) newDoor(t *testing.T, host, at string) door {
	t.Helper()
	d := door{t: t, host: host, at: at, root: x509.NewCertPool()}
	ready := eventually(func() bool {
		root, err := os.ReadFile(filepath.Join(p.dir, "caddy", "pki", "authorities", "local", "root.crt"))
		return err == nil && d.root.AppendCertsFromPEM(root)
	})
	if !ready {
		t.Fatal("there is no root certificate")
	}
	return d
}

// ask makes one request, on a connection of its own and under the name of the door, and
// returns the status, 0 when there was no connection, and the answer. The certificate is
// shown whatever the server says that it takes.
func (d door) ask(who *tls.Certificate, method, path, body string) (status int, answer string) {
	d.t.Helper()
	config := &tls.Config{RootCAs: d.root, ServerName: d.host}
	if who != nil {
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return who, nil }
	}
	toTheDoor := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", d.at)
	}
	transport := &http.Transport{TLSClientConfig: config, DialContext: toTheDoor, DisableKeepAlives: true}
	origin := "https://" + net.JoinHostPort(d.host, d.at[strings.LastIndex(d.at, ":")+1:])
	request, err := http.NewRequest(method, origin+path, strings.NewReader(body))
	if err != nil {
		d.t.Fatal(err)
	}
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/json")
		if d.byPage {
			request.Header.Set("Origin", origin)
		}
	}
	resp, err := transport.RoundTrip(request)
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

// awaitOpen waits until a reader is let in: the bridge's certificate is signed beside
// the start.
func (d door) awaitOpen(reader *tls.Certificate) {
	d.t.Helper()
	var answer string
	if !eventually(func() bool {
		var status int
		status, answer = d.ask(reader, http.MethodGet, "/paybridge/orders", "")
		return status == http.StatusOK
	}) {
		d.t.Fatalf("a reader is not let in: %s", answer)
	}
}

// expect insists on the status of an answer, 0 for no connection at all.
func (d door) expect(name string, who *tls.Certificate, method, path, body string, want int) {
	d.t.Helper()
	if status, answer := d.ask(who, method, path, body); status != want {
		d.t.Errorf("%s: %s %s: status %d, want %d: %.300s", name, method, path, status, want, answer)
	}
}

// expectStrangersShutOut insists that nobody without a listed certificate gets a connection.
func (d door) expectStrangersShutOut(r roles) {
	d.t.Helper()
	for _, path := range []string{"/paybridge/health", "/paybridge/orders", "/paybridge/", "/config/", "/"} {
		d.expect("nobody", nil, http.MethodGet, path, "", 0)
		d.expect("a stranger", &r.stranger, http.MethodGet, path, "", 0)
	}
	d.expect("a stranger", &r.stranger, http.MethodPost, "/paybridge/merchants/pause", pausing, 0)
}

// pausing is what pauses and resumes a merchant.
const pausing = `{"merid":"89900001","why":"tested"}`

// The documented remote administration lets a reader read and an operator change, at
// /paybridge/ and nowhere else, and strangers not at all.
func TestRolesOfTheAPI(t *testing.T) {
	t.Parallel()
	for _, document := range []string{"docs/operating.md", "docs/operating.zh.md"} {
		t.Run(document, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, settings{Global: "skip_install_trust"})
			r, at := newRoles(t, document), port.Free(t)
			w.bridge.addAdmin(t, document, r, at)
			w.bridge.start()
			d := w.bridge.newDoor(t, "bridge.example.com", at)
			d.awaitOpen(&r.reader)

			d.expectStrangersShutOut(r)
			d.expect("reader", &r.reader, http.MethodGet, "/paybridge/health", "", 200)
			d.expect("reader", &r.reader, http.MethodPost, "/paybridge/merchants/pause", pausing, 403)
			d.expect("operator", &r.operator, http.MethodGet, "/paybridge/orders", "", 200)
			d.expect("operator", &r.operator, http.MethodPost, "/paybridge/merchants/pause", pausing, 200)
			for _, who := range []struct {
				name string
				cert *tls.Certificate
			}{{"reader", &r.reader}, {"operator", &r.operator}} {
				for _, power := range []string{
					"GET /config/", "PATCH /config/admin", "DELETE /config/", "POST /load", "POST /stop", "POST /adapt", "GET /id/x",
					"GET /pki/ca/local", "GET /metrics", "GET /debug/pprof/", "GET /reverse_proxy/upstreams", "POST /", "GET /paybridgex",
					"POST /paybridge/../stop", "GET /paybridge/../config/", "POST //stop", "POST /paybridge/%2e%2e/stop",
					"DELETE /paybridge/orders", "PUT /paybridge/orders", "PATCH /paybridge/orders",
				} {
					method, path, _ := strings.Cut(power, " ")
					d.expect(who.name, who.cert, method, path, "{}", 403)
				}
			}
			// A stop would show here; and so would a pause that the reader had caused.
			d.expect("operator", &r.operator, http.MethodPost, "/paybridge/merchants/resume", pausing, 200)
			w.expectChanges(2)
		})
	}
}

// addAdmin makes the process's configuration of its Caddyfile and the documented admin
// part, by the documented commands.
func (p *process) addAdmin(t *testing.T, document string, r roles, listen string) {
	t.Helper()
	if !isThere("jq") {
		t.Skip("no jq here: make -f xcaddy.mk test installs it")
	}
	filled := strings.NewReplacer(
		"READER", base64.StdEncoding.EncodeToString(r.reader.Certificate[0]),
		"OPERATOR", base64.StdEncoding.EncodeToString(r.operator.Certificate[0]), `":2021"`, `"`+listen+`"`,
	).Replace(program(t, document, "json"))
	if err := os.WriteFile(filepath.Join(p.dir, "admin.json"), []byte(filled), 0o600); err != nil {
		t.Fatal(err)
	}
	commands := regexp.MustCompile("(?s)```sh\n(caddy adapt .*?)```").FindStringSubmatch(readText(t, document))
	if commands == nil {
		t.Fatalf("%s has no command that adds the admin part", document)
	}
	binary, err := filepath.Abs(bridgeBinary)
	if err != nil {
		t.Fatal(err)
	}
	script := strings.NewReplacer("/etc/paybridge", p.dir, "\ncaddy ", "\n"+binary+" ").Replace("\n" + commands[1])
	cmd := exec.Command("sh", "-ec", script)
	cmd.Env, cmd.Dir = p.command().Env, p.dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v: %s", script, err, out)
	}
	p.config = filepath.Join(p.dir, "caddy.json")
}

// The documented site lets a reader open the console, an operator also change things by
// it, and strangers not at all.
func TestRolesOfTheConsole(t *testing.T) {
	t.Parallel()
	const document, host = "docs/operating.md", "console.example.com"
	r, at := newRoles(t, document), port.Free(t)
	w := newWorld(t, settings{Global: "skip_install_trust\n\tlocal_certs\n\tauto_https disable_redirects", Extra: "console_actions"})
	block := regexp.MustCompile("(?s)### The console\n.*?```caddyfile\n(.*?)```").FindStringSubmatch(readText(t, document))
	if block == nil {
		t.Fatalf("%s has no site of the console", document)
	}
	fingerprint := sha256.Sum256(r.operator.Certificate[0])
	w.settings.After = strings.NewReplacer(
		host+" {", host+at[strings.LastIndex(at, ":"):]+" {\n\tbind 127.0.0.1",
		"/etc/paybridge", w.dir, "OPERATOR", hex.EncodeToString(fingerprint[:]),
	).Replace(block[1])
	for name, certificate := range map[string]tls.Certificate{"reader": r.reader, "operator": r.operator} {
		text := new(bytes.Buffer)
		if err := pem.Encode(text, &pem.Block{Type: "CERTIFICATE", Bytes: certificate.Certificate[0]}); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(w.dir, name+".pem"), text.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w.writeConfig(w.bridge)
	w.bridge.start()
	d := w.bridge.newDoor(t, host, at)
	d.byPage = true
	d.awaitOpen(&r.reader)

	d.expectStrangersShutOut(r)
	for name, who := range map[string]*tls.Certificate{"reader": &r.reader, "operator": &r.operator} {
		d.expect(name, who, http.MethodGet, "/paybridge/", "", 200)
		d.expect(name, who, http.MethodGet, "/config/", "", 404)
	}
	for path := range strings.FieldsSeq("/stop /load /paybridge/merchants/pause /paybridge/orders/deal /paybridge/merchants/route") {
		d.expect("reader", &r.reader, http.MethodPost, path, pausing, 403)
	}
	d.expect("operator", &r.operator, http.MethodPost, "/stop", "", 403)
	d.expect("operator", &r.operator, http.MethodPost, "/paybridge/merchants/pause", pausing, 200)
	w.expectChanges(1)
}

// expectChanges insists that so much is on record, each with the operator's certificate.
func (w *world) expectChanges(want int) {
	w.t.Helper()
	changes := (&desk{world: w}).adminText("changes")
	for _, part := range []string{`"what":`, ", certificate CN=operator from "} {
		if n := strings.Count(changes, part); n != want {
			w.t.Errorf("%d times %q on record, want %d: %s", n, part, want, changes)
		}
	}
}
