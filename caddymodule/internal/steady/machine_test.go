package steady

import (
	"testing"
	"time"
)

// What has passed is right at once after a sleep and when the clock is set, and is not
// read in between.
func TestReading(t *testing.T) {
	t.Parallel()
	var r reading
	wall, own, passed := noon, time.Minute, time.Hour
	for i, step := range []struct {
		runs, sleeps, set time.Duration
		reads             int
	}{
		{0, 0, 0, 1},
		{time.Millisecond, 0, 0, 0},
		{98 * time.Millisecond, 0, 0, 0},
		{time.Millisecond, 0, 0, 1},
		{time.Millisecond, 10 * time.Minute, 0, 1},
		{time.Millisecond, 0, 0, 0},
		{time.Millisecond, 0, time.Hour, 1},
		{time.Millisecond, 0, -time.Hour, 1},
		{fresh, 10 * time.Minute, -10 * time.Minute, 1},
		{time.Millisecond, 0, 50 * time.Millisecond, 0},
	} {
		own += step.runs
		passed += step.runs + step.sleeps
		wall = wall.Add(step.runs + step.sleeps + step.set)
		reads := 0
		got := r.count(wall, own, func() time.Duration { reads++; return passed })
		if got != passed || reads != step.reads {
			t.Errorf("step %d: %s have passed, want %s; %d readings, want %d", i, got, passed, reads, step.reads)
		}
	}
}
