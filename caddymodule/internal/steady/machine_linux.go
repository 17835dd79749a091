package steady

import (
	"time"

	"golang.org/x/sys/unix"
)

// sinceBoot counts the time that the machine slept, too, which Go's own
// monotonic clock leaves out: it has passed for everybody else.
func sinceBoot(now time.Time) time.Duration {
	var passed unix.Timespec
	if unix.ClockGettime(unix.CLOCK_BOOTTIME, &passed) != nil {
		return now.Sub(started)
	}
	return time.Duration(passed.Nano())
}
