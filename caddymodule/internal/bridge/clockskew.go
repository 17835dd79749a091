package bridge

import (
	"slices"
	"sync"
	"time"

	"github.com/paybridge/paybridge/translate"
)

// clockSkew is how far the gateway's clock is ahead of ours, by what its signed
// answers say they were made at. It is the median of the last few, so that one
// answer with a strange time says nothing. The zero value is ready.
type clockSkew struct {
	mu   sync.Mutex
	last []time.Duration // oldest first
	at   time.Time       // of the newest, by our clock
}

const (
	// skewAnswers is how many answers count.
	skewAnswers = 9
	// skewCall is the longest call whose answer counts: the answer was made at
	// some time between its ends, so that a long one tells little.
	skewCall = 2 * time.Second
	// skewAge is how long the last answer counts. A bridge whose clock was wrong
	// is sent no payments, so it would never learn that the clock is right again.
	skewAge = 5 * time.Minute
	// tick is what the gateway's clock counts in.
	tick = time.Second
)

// compare takes in the time that an answer names (Beijing time, to the second)
// and returns the skew; ok is false when the answer says nothing of it.
func (s *clockSkew) compare(tranTime string, start, end time.Time) (ahead time.Duration, ok bool) {
	theirs, err := translate.ParseTime(tranTime)
	if err != nil || theirs.IsZero() || end.Sub(start) > skewCall {
		return 0, false
	}
	// The second that is named has half passed, and half the call was over.
	ours := start.Add(end.Sub(start) / 2)
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.recent(end) {
		s.last = nil
	}
	if len(s.last) == skewAnswers {
		s.last = s.last[1:]
	}
	s.last, s.at = append(s.last, theirs.Add(tick/2).Sub(ours)), end
	return s.median(), true
}

// recent reports whether the newest answer still counts. When our clock was set,
// in whatever direction, the answers from before say nothing any more.
func (s *clockSkew) recent(now time.Time) bool { return now.Sub(s.at).Abs() <= skewAge }

// median is the middle one of the last differences, which there must be.
func (s *clockSkew) median() time.Duration {
	sorted := slices.Sorted(slices.Values(s.last))
	return sorted[len(sorted)/2]
}

// ClockSkew returns how far the gateway's clock is ahead of ours, to about a
// second; known is false until a signed answer has told the time,
// and when none has for five minutes.
func (b *Bridge) ClockSkew() (ahead time.Duration, known bool) {
	b.skew.mu.Lock()
	defer b.skew.mu.Unlock()
	if len(b.skew.last) == 0 || !b.skew.recent(b.wall(b.now())) {
		return 0, false
	}
	return b.skew.median(), true
}
