package delivery

import (
	"sync"
	"time"
)

const (
	// strangerLine is how often a log line says that a merchant is unknown.
	strangerLine = time.Minute
	// maxStrangers bounds the merchants remembered for that.
	maxStrangers = 1000
)

// strangers remembers when a log line last said that a merchant is unknown.
type strangers struct {
	mu   sync.Mutex
	said map[string]time.Time
}

func newStrangers() *strangers { return &strangers{said: make(map[string]time.Time)} }

// news reports whether it is time to say at now that a merchant is unknown.
func (s *strangers) news(merID string, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if last, ok := s.said[merID]; ok && now.Sub(last) < strangerLine {
		return false
	}
	if len(s.said) >= maxStrangers {
		clear(s.said)
	}
	s.said[merID] = now
	return true
}
