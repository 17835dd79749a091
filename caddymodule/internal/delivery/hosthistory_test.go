package delivery

import (
	"fmt"
	"testing"
	"time"
)

// Names that are made up push nobody out, and are forgotten in time.
func TestHostHistoryIsBounded(t *testing.T) {
	t.Parallel()
	h, now := newHostHistory(), time.Now()
	h.recordCall("old", now)
	h.recordSpeed("old", quick)
	for i := range 2 * maxHosts {
		h.recordCall(fmt.Sprintf("h%d", i), now)
	}
	if len(h.records) != maxHosts || h.of("old").speed != quick {
		t.Errorf("%d hosts remembered, want %d with the old one", len(h.records), maxHosts)
	}
	later := now.Add(forgetAfter / 2)
	if h.recordCall("new", later); len(h.records) != maxHosts || !h.of("new").lastCall.IsZero() {
		t.Error("a host is remembered that there was no room for")
	}
	h.recordCall("old", later)
	h.recordCall("new", now.Add(forgetAfter+sweepEvery))
	if len(h.records) != 2 || h.of("old").speed != quick {
		t.Errorf("%d hosts remembered, want the new one and the one still called", len(h.records))
	}
}

func TestSpeedOfAHost(t *testing.T) {
	t.Parallel()
	tests := []struct {
		class Class
		took  time.Duration
		want  speed
	}{
		{OK, slowAfter, quick},
		{OK, slowAfter + 1, slow},
		{Refused, slowAfter + 1, slow},
		{Connect, slowAfter + 1, slow},
		{Connect, time.Millisecond, quick},
		{Timeout, time.Second, slow}, // of a bridge with a short time-out
	}
	for _, test := range tests {
		r := result{class: test.class}
		r.Duration = test.took
		if got := r.hostSpeed(); got != test.want {
			t.Errorf("%s after %s: %v, want %v", test.class, test.took, got, test.want)
		}
	}
}
