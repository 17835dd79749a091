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
}

const (
	// skewAnswers is how many answers count.
	skewAnswers = 9
	// skewCall is the longest call whose answer counts: the answer was made at
	// some time between its ends, so that a long one tells little.
	skewCall = 2 * time.Second
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
	if len(s.last) == skewAnswers {
		s.last = s.last[1:]
	}
	s.last = append(s.last, theirs.Add(tick/2).Sub(ours))
	return s.median(), true
}

// median is the middle one of the last differences, which there must be.
func (s *clockSkew) median() time.Duration {
	sorted := slices.Sorted(slices.Values(s.last))
	return sorted[len(sorted)/2]
}

// ClockSkew returns how far the gateway's clock is ahead of ours, to about a
// second; known is false until a signed answer has told the time.
func (b *Bridge) ClockSkew() (ahead time.Duration, known bool) {
	b.skew.mu.Lock()
	defer b.skew.mu.Unlock()
	if len(b.skew.last) == 0 {
		return 0, false
	}
	return b.skew.median(), true
}
