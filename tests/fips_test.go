package tests

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A process that may not use the wire's primitives says so before it takes a
// request: v1 is signed with md5, and v2 is made of DES, SHA-1 and PKCS#1 v1.5.
func TestFIPSOnlyIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, settings{})
	w.bridge.env = append(w.bridge.env, "GODEBUG=fips140=only")
	message := filepath.Join(w.dir, "message.json")
	if err := os.WriteFile(message, []byte(offlineMessage), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, args := range map[string][]string{
		"validate":          {"validate", "--config", w.bridge.config},
		"start":             {"run", "--config", w.bridge.config},
		"offline explain":   {"paybridge", "explain", "--config", w.bridge.config, "req=x&sign=y"},
		"offline translate": {"paybridge", "translate", "--config", w.bridge.config, "--in", message},
	} {
		out, err := w.bridge.command(args...).CombinedOutput()
		if err == nil {
			t.Errorf("%s succeeds:\n%s", name, out)
		}
		for _, want := range []string{"md5", "DES", "SHA-1", "remove fips140=only from GODEBUG"} {
			if !strings.Contains(string(out), want) {
				t.Errorf("%s does not say %q:\n%s", name, want, out)
			}
		}
		if strings.Contains(string(out), "goroutine ") {
			t.Errorf("%s panics:\n%s", name, out)
		}
	}
}

// Other settings of Go's cryptography leave what the wire needs alone.
func TestOtherCryptoSettings(t *testing.T) {
	t.Parallel()
	for _, godebug := range []string{"fips140=on", "rsa1024min=0,tlssha1=1,tls10server=1,x509negativeserial=1", "cpu.all=off"} {
		t.Run(godebug, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, settings{})
			w.bridge.env = append(w.bridge.env, "GODEBUG="+godebug)
			w.bridge.start()
			for suite := range shops {
				if reply := w.pay(suite, w.payment(suite, "WxSao", 1999)); reply.RespCode != "00" {
					t.Errorf("%s: %+v", suite, reply)
				}
			}
		})
	}
}
