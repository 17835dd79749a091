package tests

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// failpoints are the instants at which a bridge is killed, in the order in which
// a payment passes them.
var failpoints = []string{
	"before_begin", "before_send", "after_answer", "after_record",
	"before_settle", "before_ack", "before_attempt", "after_attempt", "after_finish",
}

// fragileBridge is the bridge built with the instants compiled in. It is shared.
var fragileBridge = sync.OnceValues(func() (string, error) {
	path := filepath.Join(binaries, "caddy-failpoints")
	build := exec.Command("go", "build", "-tags", "failpoints", "-o", path, "../caddymodule/cmd/caddy")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building the bridge with failpoints: %w\n%s", err, out)
	}
	return path, nil
})

// TestCrashAtEveryPoint kills the bridge at each named instant of a payment,
// starts it again and follows the payment to its end.
func TestCrashAtEveryPoint(t *testing.T) {
	t.Parallel()
	binary, err := fragileBridge()
	if err != nil {
		t.Fatal(err)
	}
	for _, point := range failpoints {
		for _, ledger := range []string{"sqlite", "postgres"} {
			t.Run(point+"/"+ledger, func(t *testing.T) {
				t.Parallel()
				crashAt(t, point, ledgers[ledger](t, settings{Extra: hasty}), binary)
			})
		}
	}
}

// crashAt pays one order with a bridge that dies at a point on its second
// arrival, so that the first order shows the point being passed.
func crashAt(t *testing.T, point string, w *world, binary string) {
	t.Helper()
	w.killed = true
	w.bridge.binary = binary
	w.bridge.env = append(w.bridge.env, "PAYBRIDGE_FAILPOINT="+point+":2")
	w.bridge.startAnyhow()
	l := w.startLoad(2, false, w.bridge)
	select {
	case <-w.bridge.exited:
	case <-time.After(patience):
		t.Errorf("the bridge never came to %s", point)
	}
	w.bridge.cmd = nil
	w.bridge.env = w.bridge.env[:len(w.bridge.env)-1]
	w.bridge.start()
	l.end()
	w.rest()
	l.allNotified(t)
}
