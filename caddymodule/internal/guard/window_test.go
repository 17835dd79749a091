package guard

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// A window has what happened in the last nineteen twentieths of it, and nothing older
// than it.
func TestWindow(t *testing.T) {
	t.Parallel()
	const length = 20 * time.Minute
	rapid.Check(t, func(t *rapid.T) {
		var w window
		var at []time.Duration
		now := time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "start"))
		for range rapid.IntRange(1, 60).Draw(t, "payments") {
			now += time.Duration(rapid.Int64Range(0, int64(30*time.Minute)).Draw(t, "pause"))
			w.add(now, length, true)
			at = append(at, now)
			got, least, most := w.sum(now, length), 0, 0
			for _, then := range at {
				if now-then < length-length/slots {
					least++
				}
				if now-then < length {
					most++
				}
			}
			if got.Payments < least || got.Payments > most || got.Refused != got.Payments {
				t.Fatalf("%+v is counted, want %d to %d", got, least, most)
			}
		}
	})
}
