package steady

import "time"

var started = time.Now()

// Machine is the source of a real clock.
func Machine() (wall time.Time, passed time.Duration) {
	wall = time.Now()
	return wall, sinceBoot(wall)
}
