package leakage

import (
	"math/rand/v2"
	"testing"
)

// TestWelch: what is the same is not told apart, and a small difference in much noise
// is.
func TestWelch(t *testing.T) {
	t.Parallel()
	turn := rand.New(rand.NewPCG(1, 2))
	noisy := func(mean float64) []float64 {
		times := make([]float64, 20_000)
		for i := range times {
			times[i] = mean + 100*turn.Float64()
		}
		return quickest(times)
	}
	if got := welch(noisy(1000), noisy(1000)); got < -4.5 || got > 4.5 {
		t.Errorf("the same is told apart: t is %.1f", got)
	}
	if got := welch(noisy(1003), noisy(1000)); got < 4.5 {
		t.Errorf("a difference is not found: t is %.1f", got)
	}
}
