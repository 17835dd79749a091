package processors

import (
	"runtime"
	"strings"
	"testing"
)

func TestIsShort(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{"0.20 0.18 0.12 4/80 1": true, "0.20 0.18 0.12 3/80 1": false, "": false} {
		if got := (machine{strings.NewReader(text), 2}).isShort(); got != want {
			t.Errorf("%q: %t", text, got)
		}
	}
	if (machine{}).isShort() {
		t.Error("a machine that does not tell is short")
	}
}

// TestThisMachine asks this one: whoever asks runs, and has processors.
func TestThisMachine(t *testing.T) {
	t.Parallel()
	m := theMachine()
	if running, ok := m.running(); !ok || running < 1 || m.processors < runtime.NumCPU() {
		t.Errorf("%d of %d processors are in use, %t", running, m.processors, ok)
	}
	Short()
}

func BenchmarkShort(b *testing.B) {
	for b.Loop() {
		Short()
	}
}
