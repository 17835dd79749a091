package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/caddyserver/caddy/v2/caddyconfig/httpcaddyfile"
	_ "github.com/caddyserver/caddy/v2/modules/caddyhttp/standard"

	"github.com/paybridge/paybridge/tests/port"
)

func TestCaddyfile(t *testing.T) {
	t.Parallel()
	const keys = "merchant_key m.pem\ngateway_key g.pem\n"
	for _, test := range []struct {
		name, input string
		want        string // JSON, or part of the error after "error: "
	}{
		{"least", "paybridge_sandbox {\nmerchant 1 {\n" + keys + "}\n}",
			`{"merchants":[{"id":"1","merchant_key":"m.pem","gateway_key":"g.pem"}]}`},
		{"everything", "paybridge_sandbox {\nmerchant 1 {\nsuite intl\n" + keys + "}\nmerchant 2 {\nsuite gm\n" + keys + "}\nclose_code none\nnotice_at_once\n}",
			`{"merchants":[{"id":"1","suite":"intl","merchant_key":"m.pem","gateway_key":"g.pem"},` +
				`{"id":"2","suite":"gm","merchant_key":"m.pem","gateway_key":"g.pem"}],"close_code":"none","notice_at_once":true}`},
		{"no merchant", "paybridge_sandbox", "error: no merchant"},
		{"argument", "paybridge_sandbox 1", `error: unexpected argument "1"`},
		{"unknown word", "paybridge_sandbox {\nfast\n}", `error: unknown word "fast"`},
		{"unknown word in merchant", "paybridge_sandbox {\nmerchant 1 {\nfast\n}\n}", `error: unknown word "fast"`},
		{"no merchant number", "paybridge_sandbox {\nmerchant {\n" + keys + "}\n}", "error: merchant needs a value"},
		{"surplus value", "paybridge_sandbox {\nclose_code A B\n}", `error: close_code takes one value, but got "B"`},
		{"value of a switch", "paybridge_sandbox {\nnotice_at_once yes\n}", `error: notice_at_once takes no value`},
		{"suite twice", "paybridge_sandbox {\nmerchant 1 {\nsuite gm\nsuite gm\n}\n}", "error: suite comes twice"},
		{"key missing", "paybridge_sandbox {\nmerchant 1 {\nmerchant_key m.pem\n}\n}", "error: merchant 1 needs"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var h Handler
			err := h.UnmarshalCaddyfile(caddyfile.NewTestDispenser(test.input))
			if want, isError := strings.CutPrefix(test.want, "error: "); isError {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("error %v, want one with %q", err, want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			got, err := json.Marshal(h)
			if err != nil || string(got) != test.want {
				t.Errorf("got %s, %v\nwant %s", got, err, test.want)
			}
		})
	}
}

// TestBehindCaddy runs the gateway in Caddy: failures reach the client as
// such, the book survives a reload, other paths go on. Caddy is one per
// process, so this test is not parallel.
func TestBehindCaddy(t *testing.T) {
	config := func(address, closeCode string) []byte {
		adapter := caddyfile.Adapter{ServerType: httpcaddyfile.ServerType{}}
		text := fmt.Sprintf(`{
	admin off
	auto_https off
	persist_config off
	default_bind 127.0.0.1
}
http://%s {
	paybridge_sandbox {
		merchant %s {
			merchant_key testdata/merchant_public.pem
			gateway_key testdata/gateway_private.pem
		}
		close_code %s
	}
	respond "elsewhere"
}`, address, testMerchant, closeCode)
		config, _, err := adapter.Adapt([]byte(text), nil)
		if err != nil {
			t.Fatal(err)
		}
		return config
	}
	address := port.Free(t)
	load(t, config(address, "OP1004"))
	t.Cleanup(func() {
		if err := caddy.Stop(); err != nil {
			t.Error(err)
		}
		if _, held := worlds.References(worldKey); held {
			t.Error("the order book is still held after the end")
		}
	})
	base := "http://" + address
	p := &peer{t: t, id: testMerchant, url: base + OnePayPath, http: &http.Client{Timeout: 2 * time.Minute, Transport: &http.Transport{}}}
	t.Cleanup(p.http.CloseIdleConnections)

	if got := get(t, p.http, base+"/"); got != "elsewhere" {
		t.Errorf("another path answers %q", got)
	}
	p.must(CodePay, payBody("ORDER001", nil))
	// The old server ends in its own time, and then also connections that it has just
	// taken, without an answer. Hence the new one listens elsewhere.
	address = port.Free(t)
	load(t, config(address, "OP1009"))
	base = "http://" + address
	p.url = base + OnePayPath
	if a := p.must("OP1009", orderBody("ORDER001")); a.Head.RespCode != codeSuccess {
		t.Errorf("closing after a reload: %+v", a)
	}
	for amount, want := range map[string]error{"9.04": syscall.ECONNRESET, "9.05": io.EOF, "9.07": io.ErrUnexpectedEOF} {
		_, _, err := p.post(p.form(p.head(CodePay), payBody("ORDER"+strings.ReplaceAll(amount, ".", ""), map[string]any{"totalAmt": amount})))
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", amount, err, want)
		}
	}
	if got := get(t, p.http, base+ControlPrefix+"state"); !strings.Contains(got, "ORDER907") || strings.Contains(got, `"problem"`) {
		t.Errorf("state %s", got)
	}
}

func load(t *testing.T, config []byte) {
	t.Helper()
	if err := caddy.Load(config, true); err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, client *http.Client, url string) string {
	t.Helper()
	resp, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestProvisionRefuses(t *testing.T) {
	t.Parallel()
	good := MerchantConfig{ID: testMerchant, MerchantKey: "testdata/merchant_public.pem", GatewayKey: "testdata/gateway_private.pem"}
	for _, test := range []struct {
		name   string
		change func(*MerchantConfig)
		want   string
	}{
		{"no such file", func(m *MerchantConfig) { m.MerchantKey = "testdata/none.pem" }, "reading merchant key"},
		{"private for public", func(m *MerchantConfig) { m.MerchantKey = m.GatewayKey }, `not a "PUBLIC KEY"`},
		{"public for private", func(m *MerchantConfig) { m.GatewayKey = m.MerchantKey }, `not a "PRIVATE KEY"`},
		{"no PEM", func(m *MerchantConfig) { m.GatewayKey = "testdata/v2.json" }, "no PEM block"},
		{"other suite", func(m *MerchantConfig) { m.Suite = SuiteGM }, "configuring sandbox"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			m := good
			test.change(&m)
			h := Handler{Merchants: []MerchantConfig{m}}
			if err := h.Provision(caddy.Context{}); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want one with %q", err, test.want)
			}
			if err := h.Cleanup(); err != nil {
				t.Error(err)
			}
		})
	}
}
