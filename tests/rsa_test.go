package tests

import (
	"strings"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/fastrsa"
)

// TestRSAArithmetic pays with each way in which RSA is computed: validate and selfcheck
// say which it is, and the metrics count it there and nowhere else.
func TestRSAArithmetic(t *testing.T) {
	t.Parallel()
	fits := fastrsa.Name
	if fastrsa.Available() != nil {
		fits = "standard"
	}
	for name, c := range map[string]struct{ extra, godebug, path, said string }{
		"as the processor has it": {path: fits},
		"rsa standard":            {extra: "rsa standard", path: "standard", said: "crypto/rsa, as configured"},
		"turned off":              {godebug: "cpu.avx512ifma=off", path: "standard", said: "crypto/rsa: "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, settings{Extra: hasty + "\n" + c.extra})
			if c.godebug != "" {
				w.bridge.env = append(w.bridge.env, "GODEBUG="+c.godebug)
			}
			if out, err := w.bridge.command("validate", "--config", w.bridge.config).CombinedOutput(); err != nil || !strings.Contains(string(out), c.said) {
				t.Errorf("validate: %v, want %q in it\n%s", err, c.said, out)
			}
			w.bridge.start()
			if reply := w.pay("intl", w.payment("intl", "WxSao", 1999)); reply.RespCode != "00" {
				t.Fatalf("pay: %s", reply.Inner)
			}
			w.bridge.selfcheck(0).want(t, 0, "RSA by "+c.said)
			counted := w.bridge.metrics()
			for _, path := range []string{fastrsa.Name, "standard", "token"} {
				if n := counted[`paybridge_rsa_operations_total{path="`+path+`"}`]; path == c.path && n < 2 || path != c.path && n > 0 {
					t.Errorf("%v operations by %s", n, path)
				}
			}
		})
	}
}
