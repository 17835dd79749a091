package delivery

import (
	"sync"
	"time"
)

const (
	// strangerLine is how often a log line says that a merchant is unknown.
	strangerLine = time.Minute
	// briefly is how long a merchant may be unknown because the configuration
	// is being changed or the bridge is on its way up or down.
	briefly = 30 * time.Second
	// maxStrangers bounds the merchants remembered for that.
	maxStrangers = 1000
)

// strangers remembers the merchants that are unknown.
type strangers struct {
	mu    sync.Mutex
	since map[string]time.Time // unknown since
	said  map[string]time.Time // a log line last said so
}

func newStrangers() *strangers {
	return &strangers{since: make(map[string]time.Time), said: make(map[string]time.Time)}
}

// met notes that a merchant is known.
func (s *strangers) met(merID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.since, merID)
}

// fresh notes that a merchant is unknown at now, and reports whether that may be
// for the moment only.
func (s *strangers) fresh(merID string, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	since, ok := s.since[merID]
	if !ok {
		since = now
		put(s.since, merID, now)
	}
	return now.Sub(since) < briefly
}

// news reports whether it is time to say at now that a merchant is unknown.
func (s *strangers) news(merID string, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if last, ok := s.said[merID]; ok && now.Sub(last) < strangerLine {
		return false
	}
	put(s.said, merID, now)
	return true
}

// put notes a time, forgetting all others when they are too many.
func put(times map[string]time.Time, merID string, at time.Time) {
	if len(times) >= maxStrangers {
		clear(times)
	}
	times[merID] = at
}
