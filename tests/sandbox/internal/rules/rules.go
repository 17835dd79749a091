// Package rules keeps what a sandbox was told to do, each thing for so many requests.
package rules

import (
	"slices"
	"sync"
)

// List holds the rules that are still good for something, the oldest first. The zero
// value is empty.
type List[R any] struct {
	mu    sync.Mutex
	rules []rule[R]
}

type rule[R any] struct {
	is    R
	times int // for how many requests yet; 0 means until reset
}

// Add adds a rule for so many requests, 0 for all until the list is reset.
func (l *List[R]) Add(r R, times int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rules = append(l.rules, rule[R]{r, times})
}

// Reset forgets all rules.
func (l *List[R]) Reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rules = nil
}

// Take returns the first rule that fits and uses it once.
func (l *List[R]) Take(fits func(R) bool) (r R, found bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := slices.IndexFunc(l.rules, func(other rule[R]) bool { return fits(other.is) })
	if i < 0 {
		return r, false
	}
	r = l.rules[i].is
	switch l.rules[i].times {
	case 0:
	case 1:
		l.rules = slices.Delete(l.rules, i, i+1)
	default:
		l.rules[i].times--
	}
	return r, true
}
