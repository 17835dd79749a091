package tests

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// What the command keygen writes, the bridge takes as it is; what is there, the
// command leaves as it is and says so with its status.
func TestKeygenMakesKeysForTheBridge(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"ours", "theirs"} {
		if out, err := caddyIn(dir, "paybridge", "keygen", "--out", name, "--suite", "gm"); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	caddyfile := `{
	paybridge {
		public_url https://pay.example.com
		gateway https://gw.example.com/onePayService/onePay.do
		merchant 89900001 {
			sign_key {file.sign.key}
			gateway_merchant 473053110001
			private_key ours-private.pem
			gateway_key theirs-public.pem
			suite gm
		}
	}
}
`
	for name, text := range map[string]string{"Caddyfile": caddyfile, "sign.key": "a sign key"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := caddyIn(dir, "validate", "--config", "Caddyfile"); err != nil {
		t.Errorf("%v\n%s", err, out)
	}

	before, err := os.ReadFile(filepath.Join(dir, "ours-private.pem"))
	if err != nil {
		t.Fatal(err)
	}
	out, err := caddyIn(dir, "paybridge", "keygen", "--out", "ours", "--suite", "gm")
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 2 || !strings.Contains(out, "exists already and is left as it is") {
		t.Errorf("a second time: %v, want status 2\n%s", err, out)
	}
	if after, err := os.ReadFile(filepath.Join(dir, "ours-private.pem")); err != nil || string(after) != string(before) {
		t.Errorf("the private key was written over: %v", err)
	}
}
