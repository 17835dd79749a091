//go:build unix

package p11kit

import (
	"errors"
	"syscall"
	"testing"
	"time"
)

// TestSilentChildrenAreEnded stops children: while another one answers, nobody
// notices; when none does, a caller waits for no longer than the timeout.
func TestSilentChildrenAreEnded(t *testing.T) {
	h, own := newToken(t)
	k := mustKey(t, newClient(t, Config{Module: h.Module, Processes: 2, Timeout: 4 * time.Second}), "pkcs11:token=pay;object=k1")
	var stopped []*child
	stop := func(s *session) {
		stopped = append(stopped, s.child)
		if err := s.child.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
			t.Error(err)
		}
	}
	sessionsOf(t, k, func(s *session) {
		if len(stopped) == 0 {
			stop(s)
		}
	})
	checkWorks(t, k, own)
	sessionsOf(t, k, stop)
	// Both attempts of an operation may meet a child that is silent. That is bounded,
	// and afterwards there are new ones.
	start := time.Now()
	err := signOnce(k)
	if err != nil && !errors.Is(err, errSilent) && !errors.Is(err, errBusy) {
		t.Errorf("%v, want that nobody answered", err)
	}
	if err == nil && time.Since(start) < k.timeout/2 {
		t.Error("signed by a child that was stopped")
	}
	untilWorks(t, k)
	checkWorks(t, k, own)
	for _, c := range stopped {
		<-c.ended
	}
}
