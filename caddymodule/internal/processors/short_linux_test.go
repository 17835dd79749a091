package processors

import (
	"os/exec"
	"strings"
	"testing"
	"time"
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

// TestThisMachine asks this one: whoever asks runs, and has processors. A sandbox may show
// none of it.
func TestThisMachine(t *testing.T) {
	t.Parallel()
	m := theMachine()
	running, ok := m.running()
	if !ok || running == 0 {
		if Short() {
			t.Error("a machine that does not tell is short")
		}
		t.Skip("this kernel does not tell")
	}
	if m.processors < 1 {
		t.Errorf("%d tasks run, and there are %d processors", running, m.processors)
	}
}

// TestShortOnALoadedMachine starts more programs that never rest than there are processors.
func TestShortOnALoadedMachine(t *testing.T) {
	t.Parallel()
	m := theMachine()
	if running, ok := m.running(); !ok || running == 0 {
		t.Skip("this kernel does not tell")
	}
	for range m.processors + spare + 2 {
		busy := exec.Command("sh", "-c", "while :; do :; done")
		if err := busy.Start(); err != nil {
			t.Fatal(err)
		}
		defer func() {
			_ = busy.Process.Kill()
			_ = busy.Wait()
		}()
	}
	for deadline := time.Now().Add(time.Minute); !Short(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("programs that never rest are not found")
		}
	}
}

func BenchmarkShort(b *testing.B) {
	for b.Loop() {
		Short()
	}
}
