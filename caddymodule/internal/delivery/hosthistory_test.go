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
	if len(h.records) != maxHosts || h.of("old", now).speed != quick {
		t.Errorf("%d hosts remembered, want %d with the old one", len(h.records), maxHosts)
	}
	later := now.Add(forgetAfter / 2)
	if h.recordCall("new", later); len(h.records) != maxHosts || !h.of("new", later).lastCall.IsZero() {
		t.Error("a host is remembered that there was no room for")
	}
	h.recordCall("old", later)
	h.recordCall("new", now.Add(forgetAfter+sweepEvery))
	if len(h.records) != 2 || h.of("old", later).speed != quick {
		t.Errorf("%d hosts remembered, want the new one and the one still called", len(h.records))
	}
}

// How a host answered yesterday gives it no rights today, also while its next call is
// under way.
func TestHostHistoryGrowsOld(t *testing.T) {
	t.Parallel()
	for _, was := range []speed{quick, slow} {
		h, now := newHostHistory(), time.Now()
		h.recordCall("host", now)
		h.recordSpeed("host", was)
		if at := now.Add(forgetAfter); h.of("host", at).speed != was {
			t.Error("forgotten too early")
		}
		at := now.Add(forgetAfter + 1)
		if s := h.of("host", at).speed; s != unproven {
			t.Errorf("after %s the host is %v", forgetAfter, s)
		}
		h.recordCall("host", at)
		if s := h.of("host", at).speed; s != unproven {
			t.Errorf("while it is called again it is %v", s)
		}
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
