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
	m.meet("old", testMerchant, now)
	m.mark("old", quick)
	for i := range 2 * maxRemembered {
		m.meet(fmt.Sprintf("h%d", i), "89910001", now)
	}
	if len(m.known) != maxRemembered || m.recall("old").pace != quick {
		t.Errorf("%d hosts remembered, want %d with the old one", len(m.known), maxRemembered)
	}
	later := now.Add(forgetAfter / 2)
	if m.meet("new", testMerchant, later) {
		t.Error("a host is remembered that there was no room for")
	}
	m.meet("old", testMerchant, later)
	if !m.meet("new", testMerchant, now.Add(forgetAfter+sweepEvery)) {
		t.Error("nothing was forgotten")
	}
	if len(m.known) != 2 || m.recall("old").pace != quick {
		t.Errorf("%d hosts remembered, want the new one and the one still called", len(m.known))
	}
}

func TestMemoryKnowsWhoseAHostIs(t *testing.T) {
	t.Parallel()
	m, now := newMemory(), time.Now()
	for i, step := range []struct {
		merchant string
		alone    bool
	}{{"a", true}, {"a", true}, {"b", false}, {"a", false}} {
		if alone := m.meet("host", step.merchant, now); alone != step.alone {
			t.Errorf("step %d: alone is %v, want %v", i, alone, step.alone)
		}
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
