package ledger

import "testing"

// Commits that nobody shares are many before the log is copied, so that the two syncs of
// the next one concern fewer than one payment in a hundred; and a log that commits of
// many payments fill does not grow until the writer itself has to copy it.
func TestGrowth(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ transactions, commits int }{
		"alone":       {1, 256},
		"two or one":  {2, 256},
		"three":       {3, 171},
		"four":        {4, 128},
		"under load":  {10, 64},
		"whole batch": {maxBatch, 64},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var g growth
			for range 2 { // it counts anew
				commits := 1
				for !g.add(tc.transactions) {
					commits++
				}
				if commits != tc.commits {
					t.Errorf("copied after %d commits, want %d", commits, tc.commits)
				}
			}
		})
	}
}
