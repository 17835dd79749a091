package ledger

import (
	"sync/atomic"
	"time"
)

const (
	// companyTime is how long a commit waits for others. Where processors are short a payment
	// takes twenty times as long, and gets back more than this from those that are saved.
	companyTime = time.Millisecond
	// companyLeast is from how many on that are expected to write something is waited for.
	companyLeast = 3
)

// WithCompany has a commit of SQLite wait for a millisecond, so that others join it, when
// several are expected to write and short says that processors are short. A commit costs
// more than what is in it: on such a machine waiting saves more time than it takes. Without
// this option nothing is ever waited for.
//
// It is what PostgreSQL calls commit_delay and commit_siblings, and has by itself.
func WithCompany(short func() bool) Option { return func(s *settings) { s.company.short = short } }

// Expect says that so many more will write to the ledger before long, or fewer, and
// returns how many do now. A payment is expected to from when it is worked on, but not while
// it waits for the gateway.
func (l *Ledger) Expect(more int) (now int) { return int(l.expected.Add(int64(more))) }

// company knows whether others are to be waited for.
type company struct {
	expected *atomic.Int64
	short    func() bool // nil: nobody is waited for
}

// isDue reports whether a commit waits that so many have come to. It looks at the processors
// last: that takes longest.
func (c company) isDue(here int) bool {
	expected := int(c.expected.Load())
	return c.short != nil && expected >= companyLeast && expected > here && c.short()
}
