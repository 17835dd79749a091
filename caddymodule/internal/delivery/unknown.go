package delivery

import (
	"sync"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ratelimit"
)

const (
	// unknownLine is how often a log line says that a merchant is unknown.
	unknownLine = time.Minute
	// briefly is how long a merchant may be unknown because the configuration
	// is being changed or the bridge is on its way up or down.
	briefly = 30 * time.Second
	// maxUnknown bounds the merchants remembered for that.
	maxUnknown = 1000
)

// unknownMerchants remembers the merchants that the configuration does not have.
type unknownMerchants struct {
	mu    sync.Mutex
	since map[string]time.Time
	lines *ratelimit.Interval[string]
}

func newUnknownMerchants() *unknownMerchants {
	return &unknownMerchants{since: make(map[string]time.Time), lines: ratelimit.NewInterval[string](unknownLine, maxUnknown)}
}

// found notes that a merchant is configured.
func (u *unknownMerchants) found(merID string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.since, merID)
}

// briefly notes that a merchant is unknown at now, and reports whether that may be
// for the moment only.
func (u *unknownMerchants) briefly(merID string, now time.Time) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	since, ok := u.since[merID]
	if !ok {
		if len(u.since) >= maxUnknown {
			clear(u.since)
		}
		since = now
		u.since[merID] = now
	}
	return now.Sub(since) < briefly
}
