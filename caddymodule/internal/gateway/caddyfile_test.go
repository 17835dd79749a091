package gateway

import (
	"encoding/json"
	"testing"

	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
)

// A Caddyfile with the address alone and JSON with the address alone reach the
// gateway in the same way.
func TestAddressAlone(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"http://gw.example.com/a", "http://gw.example.com:8094/a", "https://gw.example.com/a"} {
		t.Run(address, func(t *testing.T) {
			t.Parallel()
			d := caddyfile.NewTestDispenser("gateway " + address)
			d.Next()
			var written Gateway
			if err := written.UnmarshalCaddyfile(d); err != nil {
				t.Fatal(err)
			}
			if err := provision(t, &written); err != nil {
				t.Fatal(err)
			}
			given := provisioned(t, address, nil)
			if a, b := text(t, written.proxy), text(t, given.proxy); written.URL != given.URL || a != b {
				t.Errorf("%s and %s\n%s", written.URL, given.URL, a+"\n"+b)
			}
		})
	}
}

func text(t *testing.T, proxy any) string {
	t.Helper()
	text, err := json.Marshal(proxy)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
