package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// commits is how the ledger writes.
type commits struct {
	done  counters
	sizes prometheus.Histogram
	took  durations
}

var (
	commitSizes = []float64{1, 2, 4, 8, 16, 32, 64, 128, 256, 512}
	commitTimes = []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5}
)

func newCommits() commits {
	return commits{
		done: newCounters("ledger_commits_total",
			"Commits of the ledger by result.", label{"result", set{"ok", "failed"}}),
		sizes: prometheus.NewHistogram(histogram("ledger_commit_transactions",
			"How many transactions the ledger has put into one commit.", commitSizes)),
		took: newDurations("ledger_commit_duration_seconds",
			"How long the ledger's commits took.", commitTimes),
	}
}

// Committed implements ledger.Observer.
func (m *Metrics) Committed(transactions int, took time.Duration, err error) {
	if m == nil {
		return
	}
	result := "ok"
	if err != nil {
		result = "failed"
	}
	m.commits.done.add(result)
	m.commits.sizes.Observe(float64(transactions))
	m.commits.took.observe(took)
}
