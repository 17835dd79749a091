package steady

import (
	"sync"
	"time"
)

var started = time.Now()

// fresh is how long a reading of what has passed since the boot is good enough to count
// on from. Go's own clock counts on; it stands still while the machine sleeps.
const fresh = 100 * time.Millisecond

// lastReading is the last reading of what has passed since the boot. A payment asks for
// the time a dozen times, and each reading is a system call.
var lastReading struct {
	sync.Mutex
	at     time.Time // with Go's own clock
	passed time.Duration
}

// Machine is the source of a real clock.
//
// It reads anew what has passed when its last reading is not fresh any more, and when
// the time of day and Go's own clock do not agree on how long ago that was: the machine
// has slept, or somebody has set its clock.
func Machine() (wall time.Time, passed time.Duration) {
	last := &lastReading
	last.Lock()
	defer last.Unlock()
	wall = time.Now()
	since := wall.Sub(last.at)
	skew := wall.Round(0).Sub(last.at.Round(0)) - since
	if last.at.IsZero() || since >= fresh || skew.Abs() >= fresh {
		last.at, last.passed, since = wall, sinceBoot(wall), 0
	}
	return wall, last.passed + since
}
