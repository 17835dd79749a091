package caddymodule

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

// server is a Caddy instance in this process. There can be one at a time, so
// tests with a server do not run in parallel with each other; their subtests
// may.
type server struct {
	url     string // http://127.0.0.1:PORT
	gateway *fakeGateway
	log     *memoryLog
	ledger  string // the ledger file
	config  []byte
}

// startServer loads a Caddyfile with one merchant, a fake gateway and a fresh
// ledger; more is put into the app's block. The server is stopped when the
// test ends.
func startServer(t testing.TB, more string) *server {
	t.Helper()
	return startServerWith(t, more, "")
}

// startServerWith does so with more directives in the merchant's block, too.
func startServerWith(t testing.TB, more, merchantWords string) *server {
	t.Helper()
	return startServerFrom(t, more, func(caddyfile string) string {
		return strings.Replace(caddyfile, "gateway_merchant", merchantWords+"\n\t\t\tgateway_merchant", 1)
	})
}

// startServerFrom does so with a Caddyfile that is edited.
func startServerFrom(t testing.TB, more string, edit func(caddyfile string) string) *server {
	t.Helper()
	s := &server{gateway: newFakeGateway(t), log: newMemoryLog(t), ledger: filepath.Join(t.TempDir(), "new", "ledger.db")}
	config := loadable(t, adapt(t, edit(caddyfileFor(s.gateway.URL, s.ledger, more))), s.log)
	t.Cleanup(func() {
		if err := caddy.Stop(); err != nil {
			t.Error(err)
		}
	})
	s.config = config
	s.load(t)
	return s
}

// load starts the server, or one with the same configuration in its place.
func (s *server) load(t testing.TB) {
	t.Helper()
	if err := caddy.Load(s.config, true); err != nil {
		t.Fatal(err)
	}
	app, err := caddy.ActiveContext().App("http")
	if err != nil {
		t.Fatal(err)
	}
	for _, srv := range app.(*caddyhttp.App).Servers {
		s.url = "http://" + srv.Listeners()[0].Addr().String()
	}
}

// caddyfileFor is a whole configuration. Everything that is not ours is
// answered by a page of somebody else.
func caddyfileFor(gateway, ledger, more string) string {
	return fmt.Sprintf(`{
	admin off
	persist_config off
	auto_https off
	paybridge {
		public_url https://pay.example.com
		ledger sqlite %q
		gateway %s/onePayService/onePay.do
		merchant 89900001 {
			sign_key {env.PAYBRIDGE_TEST_SIGN_KEY}
			previous_sign_key {env.PAYBRIDGE_TEST_OLD_SIGN_KEY} until 2999-12-31
			gateway_merchant %s
			private_key %q
			gateway_key %q
		}
		%s
	}
}
:8080 {
	paybridge
	respond "somebody else's page" 404
}
`, ledger, gateway, gatewayMerchant, keyPath("merchant_private.pem"), keyPath("gateway_public.pem"), more)
}

// adapt turns a Caddyfile into JSON with Caddy's own adapter. It does not know
// our files as formatted, so warnings about the format do not count.
func adapt(t testing.TB, caddyfile string) []byte {
	t.Helper()
	config, _, err := caddyconfig.GetAdapter("caddyfile").Adapt([]byte(caddyfile), map[string]any{"filename": "Caddyfile"})
	if err != nil {
		t.Fatal(err)
	}
	return config
}

// patientTimeouts let a commit take four seconds, half of what the gateway's time leaves of
// the reply's: disks of busy machines take two.
var patientTimeouts = object{"gateway": "7s", "reply": "15s"}

// loadable makes an adapted configuration listen on a free port of loopback,
// log into memory and clean no storage.
func loadable(t testing.TB, adapted []byte, log *memoryLog) []byte {
	t.Helper()
	var config map[string]any
	if err := json.Unmarshal(adapted, &config); err != nil {
		t.Fatal(err)
	}
	config["logging"] = map[string]any{"logs": map[string]any{"default": map[string]any{
		"level":   "DEBUG",
		"encoder": map[string]any{"format": "json"},
		"writer":  map[string]any{"output": "test_memory", "name": log.name},
	}}}
	apps := config["apps"].(map[string]any)
	if app, is := apps["paybridge"].(map[string]any); is && app["timeouts"] == nil {
		app["timeouts"] = patientTimeouts
	}
	apps["tls"] = map[string]any{"disable_storage_clean": true}
	for _, srv := range apps["http"].(map[string]any)["servers"].(map[string]any) {
		srv.(map[string]any)["listen"] = []string{"127.0.0.1:0"}
	}
	loadable, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	return loadable
}

// memoryLog keeps the log lines of one Caddy instance.
type memoryLog struct {
	name string
	mu   sync.Mutex
	text bytes.Buffer
}

func newMemoryLog(t testing.TB) *memoryLog {
	// Caddy may keep a writer for a while, so that no name is used twice.
	l := &memoryLog{name: fmt.Sprintf("%s %d", t.Name(), memoryLogCount.Add(1))}
	memoryLogs.Store(l.name, l)
	t.Cleanup(func() { memoryLogs.Delete(l.name) })
	return l
}

// Write implements io.Writer.
func (l *memoryLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// lines returns every line so far, parsed.
func (l *memoryLog) lines(t *testing.T) []map[string]any {
	t.Helper()
	var lines []map[string]any
	for text := range strings.Lines(l.String()) {
		var line map[string]any
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			t.Fatalf("log line %q: %v", text, err)
		}
		lines = append(lines, line)
	}
	return lines
}

// String returns everything logged so far.
func (l *memoryLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// memoryLogs has the memoryLog of each name that a configuration may use.
var memoryLogs sync.Map

var memoryLogCount atomic.Int64

func init() { caddy.RegisterModule(memoryWriter{}) }

// memoryWriter is the log output "test_memory".
type memoryWriter struct {
	Name string `json:"name"`
}

// CaddyModule returns the Caddy module information.
func (memoryWriter) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "caddy.logging.writers.test_memory", New: func() caddy.Module { return new(memoryWriter) }}
}

func (m memoryWriter) String() string    { return "memory of " + m.Name }
func (m memoryWriter) WriterKey() string { return "test_memory " + m.Name }

// OpenWriter implements caddy.WriterOpener.
func (m memoryWriter) OpenWriter() (io.WriteCloser, error) {
	log, ok := memoryLogs.Load(m.Name)
	if !ok {
		return nil, fmt.Errorf("no memory log %q", m.Name)
	}
	return struct {
		io.Writer
		io.Closer
	}{log.(*memoryLog), io.NopCloser(nil)}, nil
}

// newClient is an HTTP client without connections to anybody; they are closed
// when the test ends.
func newClient(t *testing.T) *http.Client {
	t.Helper()
	transport := new(http.Transport)
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}
