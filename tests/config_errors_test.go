package tests

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// After a key ceremony a thousand merchants have new keys, and some are wrong.
// caddy validate tells of all of them at once, each at its own line.
func TestManyWrongKeysAreToldAtOnce(t *testing.T) {
	t.Parallel()
	const all, bad = 1000, 300
	dir := t.TempDir()
	keys, err := filepath.Abs("../caddymodule/testdata/keys")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "torn.pem"), []byte("-----BEGIN PRIVATE KEY-----\nMIIE"), 0o600); err != nil {
		t.Fatal(err)
	}
	var config strings.Builder
	config.WriteString("{\n\tpaybridge {\n\t\tpublic_url https://pay.example.com\n\t\tgateway https://gw.example.com/onePay.do\n")
	want := make(map[string]bool)
	line := 5
	for i := range all {
		merid, private := 89900001+i, filepath.Join(keys, "merchant_private.pem")
		if i%10 < bad*10/all {
			private = fmt.Sprintf("%d.pem", merid)
			want[fmt.Sprintf("Caddyfile:%d: merchant %d: private_key: ", line+3, merid)] = true
			if err := os.Symlink("torn.pem", filepath.Join(dir, private)); err != nil {
				t.Fatal(err)
			}
		}
		fmt.Fprintf(&config, "\t\tmerchant %d {\n\t\t\tsign_key {env.SIGN_KEY}\n\t\t\tgateway_merchant %d\n\t\t\tprivate_key %s\n\t\t\tgateway_key %s\n\t\t}\n",
			merid, 473053110001+i, private, filepath.Join(keys, "gateway_public.pem"))
		line += 6
	}
	config.WriteString("\t}\n}\n:8080 {\n\tpaybridge\n}\n")
	if err := os.WriteFile(filepath.Join(dir, "Caddyfile"), []byte(config.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "env"), []byte("SIGN_KEY=0123456789abcdef0123456789abcdef\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := caddyIn(dir, "validate", "--config", "Caddyfile", "--envfile", "env")
	if err == nil {
		t.Fatal("300 wrong keys are valid")
	}
	var told []string
	for line := range strings.Lines(out) {
		var entry struct{ Level, Logger, Msg string }
		if json.Unmarshal([]byte(line), &entry) == nil && entry.Level == "error" && entry.Logger == "paybridge" {
			told = append(told, entry.Msg)
		}
	}
	if len(told) != 52 || told[0] != "300 errors in the configuration:" || told[51] != "… and 250 more" {
		t.Fatalf("told in %d lines:\n%s", len(told), out)
	}
	for _, message := range told[1:51] {
		place, _, _ := strings.Cut(message, "private_key: ")
		if !want[place+"private_key: "] {
			t.Errorf("told of %q", message)
		}
	}
}
