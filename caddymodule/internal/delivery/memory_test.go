package delivery

import (
	"fmt"
	"testing"
	"time"
)

// Names that are made up push nobody out, and are forgotten in time.
func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	m, now := newMemory(), time.Now()
	m.meet("old", now)
	m.mark("old", quick)
	for i := range 2 * maxRemembered {
		m.meet(fmt.Sprintf("h%d", i), now)
	}
	if len(m.known) != maxRemembered || m.recall("old").pace != quick {
		t.Errorf("%d hosts remembered, want %d with the old one", len(m.known), maxRemembered)
	}
	later := now.Add(forgetAfter / 2)
	if m.meet("new", later); len(m.known) != maxRemembered || !m.recall("new").seen.IsZero() {
		t.Error("a host is remembered that there was no room for")
	}
	m.meet("old", later)
	m.meet("new", now.Add(forgetAfter+sweepEvery))
	if len(m.known) != 2 || m.recall("old").pace != quick {
		t.Errorf("%d hosts remembered, want the new one and the one still called", len(m.known))
	}
}

func TestPaceOfAResult(t *testing.T) {
	t.Parallel()
	tests := []struct {
		class Class
		took  time.Duration
		want  pace
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
		if got := r.pace(); got != test.want {
			t.Errorf("%s after %s: %v, want %v", test.class, test.took, got, test.want)
		}
	}
}
