package shadow

import (
	"sync/atomic"
	"time"
)

// State is how a worker stands.
type State struct {
	Off          Reason // why it has switched itself off, "" while it works
	Exchanges    int64  // that were offered
	Compared     int64  // of them
	LastCompared time.Time
}

// enough exchanges without a comparison are no chance.
const enough = 20

// ComparesNothing reports whether exchanges come and none can be compared.
func (s State) ComparesNothing() bool { return s.Compared == 0 && s.Exchanges >= enough }

// seenSince is what a worker has seen since it was started.
type seenSince struct{ exchanges, compared, last atomic.Int64 }
