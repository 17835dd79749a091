//go:build failpoints

package failpoint

import (
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// Variable names the environment variable that says where to die, as
// "name:count": at the count-th arrival at the point.
const Variable = "PAYBRIDGE_FAILPOINT"

var (
	where, count = parse(os.Getenv(Variable))
	arrivals     atomic.Int64
)

func parse(text string) (Point, int64) {
	name, n, _ := strings.Cut(text, ":")
	count, err := strconv.ParseInt(n, 10, 64)
	if err != nil {
		count = 1
	}
	return Point(name), count
}

// Reach says that the process has come to p, and ends it if this is the place.
func Reach(p Point) {
	if p == where && arrivals.Add(1) == count {
		_ = syscall.Kill(syscall.Getpid(), syscall.SIGKILL)
		select {} // nothing more is done
	}
}

// TroubleVariable names the environment variable that says which bug is where, as
// "name:panic", or "name:50ms" for one that computes for so long.
const TroubleVariable = "PAYBRIDGE_TROUBLE"

// Trouble panics or computes, if this is the place.
func Trouble(p Point) {
	name, bug, _ := strings.Cut(os.Getenv(TroubleVariable), ":")
	switch {
	case Point(name) != p:
	case bug == "panic":
		panic(TroubleVariable)
	default:
		long, _ := time.ParseDuration(bug)
		for began := time.Now(); time.Since(began) < long; {
		}
	}
}

// ClockVariable names the environment variable that names a file. What the file
// holds, a duration such as "1h", is how far the clock has been set ahead; nothing
// while there is no such file.
const ClockVariable = "PAYBRIDGE_CLOCK_AHEAD"

// Clock returns the reading of a machine's clock that somebody sets.
func Clock[F ~func() (time.Time, time.Duration)](machine F) F {
	file := os.Getenv(ClockVariable)
	return func() (time.Time, time.Duration) {
		wall, passed := machine()
		text, _ := os.ReadFile(file) //nolint:gosec // a test names it
		ahead, _ := time.ParseDuration(string(text))
		return wall.Add(ahead), passed
	}
}
