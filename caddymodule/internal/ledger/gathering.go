package ledger

import (
	"sync/atomic"
	"time"
)

const (
	// gatherTime is how long a commit waits for others, at least. Where processors are short a
	// payment takes some 20 ms, and the commits that are saved give more of them back.
	gatherTime = time.Millisecond
	// gatherLeast is how many must be expected to write before a commit waits.
	gatherLeast = 4
)

// WithGathering has a commit on SQLite wait about a millisecond, so that others join it, when
// several are expected to write and short says that processors are short. A commit costs
// more than what is in it: on such a machine waiting saves more time than it takes. Without
// this option no commit ever waits.
//
// PostgreSQL has the same as commit_delay and commit_siblings, off by default; on PostgreSQL
// this option does nothing.
func WithGathering(short func() bool) Option { return func(s *settings) { s.gathering.short = short } }

// Expect says that so many more will write to the ledger before long, or fewer, and
// returns how many are expected now. A payment is, from when it is worked on, but not while
// it waits for the gateway.
func (l *Ledger) Expect(more int) (now int) { return int(l.expected.Add(int64(more))) }

// gathering knows whether a commit should wait for others.
type gathering struct {
	expected *atomic.Int64
	short    func() bool // nil: no commit waits
}

// shouldWait reports whether a commit should wait that so many have come to. It looks at
// the processors last: that takes longest.
func (g gathering) shouldWait(here int) bool {
	expected := int(g.expected.Load())
	return g.short != nil && expected >= gatherLeast && expected > here && g.short()
}
