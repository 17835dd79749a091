package tests

import "testing"

// TestSM2Arithmetic pays with each way in which SM2 is computed.
func TestSM2Arithmetic(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ extra, godebug string }{
		"as the processor has it": {},
		"sm2 standard":            {extra: "sm2 standard"},
		"turned off":              {godebug: "cpu.avx512ifma=off"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, settings{Extra: hasty + "\n" + c.extra})
			if c.godebug != "" {
				w.bridge.env = append(w.bridge.env, "GODEBUG="+c.godebug)
			}
			w.bridge.start()
			if reply := w.pay("gm", w.payment("gm", "WxSao", 1999)); reply.RespCode != "00" {
				t.Fatalf("pay: %s", reply.Inner)
			}
		})
	}
}
