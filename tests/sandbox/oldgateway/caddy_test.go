package oldgateway

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/caddyserver/caddy/v2/caddyconfig/httpcaddyfile"
	_ "github.com/caddyserver/caddy/v2/modules/caddyhttp/standard"

	"github.com/paybridge/paybridge/tests/port"
)

func TestCaddyfile(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, input string
		want        string // JSON, or part of the error after "error: "
	}{
		{"least", "paybridge_sandbox_old {\nmerchant 1 a.key\n}", `{"merchants":[{"id":"1","sign_key":"a.key"}]}`},
		{"everything", "paybridge_sandbox_old {\nmerchant 1 a.key\nmerchant 2 b.key\nladder 1s 2s\n}",
			`{"merchants":[{"id":"1","sign_key":"a.key"},{"id":"2","sign_key":"b.key"}],"ladder":[1000000000,2000000000]}`},
		{"no merchant", "paybridge_sandbox_old", "error: no merchant"},
		{"argument", "paybridge_sandbox_old 1", `error: unexpected argument "1"`},
		{"unknown word", "paybridge_sandbox_old {\nfast\n}", `error: "fast" with 0 arguments`},
		{"merchant without a key", "paybridge_sandbox_old {\nmerchant 1\n}", `error: "merchant" with 1 arguments`},
		{"no interval", "paybridge_sandbox_old {\nladder soon\n}", "error: ladder:"},
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

// The module serves the gateway in a real Caddy.
func TestModule(t *testing.T) { // not parallel: a process has one Caddy
	folder, address := t.TempDir(), port.Free(t)
	key := filepath.Join(folder, "sign.key")
	if err := os.WriteFile(key, []byte(testKey+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	text := "{\nadmin off\npersist_config off\nlog {\nlevel ERROR\n}\n}\nhttp://" + address + " {\nbind 127.0.0.1\npaybridge_sandbox_old {\nmerchant " + testMerID + " " + key + "\n}\n}\n"
	config, _, err := caddyfile.Adapter{ServerType: httpcaddyfile.ServerType{}}.Adapt([]byte(text), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := caddy.Load(config, true); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := caddy.Stop(); err != nil {
			t.Error(err)
		}
	})
	if reply, err := program("http://"+address).Pay(t.Context(), payment("WxSao", "module001")); err != nil || reply.RespCode != "00" {
		t.Errorf("%+v, %v", reply, err)
	}
}
