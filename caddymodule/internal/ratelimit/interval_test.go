package ratelimit

import (
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func TestOnceInAnInterval(t *testing.T) {
	t.Parallel()
	const every = 2 * time.Second
	l := NewInterval[string](every, 10)
	for _, c := range []struct {
		key   string
		after time.Duration
		want  bool
	}{
		{"a", 0, true}, {"a", 0, false}, {"b", 0, true},
		{"a", every - 1, false}, {"a", every, true}, {"a", every + 1, false}, {"b", every + 1, true},
		// Callers overtake each other by less than an interval; by hours the clock was set back.
		{"a", every - 1, false}, {"a", -time.Hour, true}, {"a", -time.Hour, false},
	} {
		if got := l.Allow(c.key, noon.Add(c.after)); got != c.want {
			t.Errorf("%s after %s: %v", c.key, c.after, got)
		}
	}
}

func TestBounded(t *testing.T) {
	t.Parallel()
	const most = 1000
	l := NewInterval[int](time.Minute, most)
	for i := range 3 * most {
		l.Allow(i, noon)
		if len(l.last) > most {
			t.Fatalf("%d keys are remembered", len(l.last))
		}
	}
	if l.Allow(3*most-1, noon) {
		t.Error("the last key is forgotten")
	}
	// What is over makes room, and what is not over stays.
	l.Allow(-1, noon.Add(time.Minute-1))
	for i := range most {
		l.Allow(i, noon.Add(time.Minute))
	}
	if l.Allow(most-1, noon.Add(time.Minute)) {
		t.Error("a key is forgotten although others were over")
	}
}
