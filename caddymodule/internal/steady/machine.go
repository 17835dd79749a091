package steady

import (
	"sync"
	"time"
)

var started = time.Now()

// fresh is how long a reading of what has passed since the boot is good enough to count
// on from. Go's own clock counts on; it stands still while the machine sleeps.
const fresh = 100 * time.Millisecond

// reading is the last reading of what has passed since the boot. A payment asks for the
// time a dozen times, and each reading is a system call.
type reading struct {
	sync.Mutex
	wall   time.Time     // the time of day
	own    time.Duration // what Go's own clock had counted
	passed time.Duration
}

var lastReading reading

// Machine is the source of a real clock.
func Machine() (wall time.Time, passed time.Duration) {
	lastReading.Lock()
	defer lastReading.Unlock()
	wall = time.Now()
	return wall, lastReading.count(wall.Round(0), wall.Sub(started), func() time.Duration { return sinceBoot(wall) })
}

// count returns what has passed since the boot. It is read anew when the last reading is
// not fresh any more, and when the time of day and Go's own clock do not agree on how long
// ago that was: the machine has slept, or somebody has set its clock.
func (r *reading) count(wall time.Time, own time.Duration, read func() time.Duration) time.Duration {
	since := own - r.own
	skew := wall.Sub(r.wall) - since
	if r.wall.IsZero() || since >= fresh || skew.Abs() >= fresh {
		r.wall, r.own, r.passed, since = wall, own, read(), 0
	}
	return r.passed + since
}
