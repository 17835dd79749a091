// Package ratelimit lets something be done once in a while for each of many keys,
// such as a question about an order or a log line about a merchant.
package ratelimit

import (
	"sync"
	"time"
)

// Interval allows one thing in an interval for each key. Its methods may be called
// from many goroutines.
type Interval[K comparable] struct {
	every time.Duration
	keys  int

	mu   sync.Mutex
	last map[K]time.Time
}

// NewInterval makes an Interval that remembers that many keys at most. When there
// are more within one interval, it forgets them all: a flood of keys is allowed too
// much, and takes no memory.
func NewInterval[K comparable](every time.Duration, keys int) *Interval[K] {
	return &Interval[K]{every: every, keys: keys, last: make(map[K]time.Time)}
}

// Allow reports whether the last time that was allowed for a key is an interval ago
// at now, and notes that it is allowed then.
func (l *Interval[K]) Allow(key K, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if last, ok := l.last[key]; ok && !l.isOver(last, now) {
		return false
	}
	if len(l.last) >= l.keys {
		l.sweep(now)
	}
	l.last[key] = now
	return true
}

// Forget allows a key at once.
func (l *Interval[K]) Forget(key K) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.last, key)
}

// sweep forgets what is over, and everything when that is not enough.
func (l *Interval[K]) sweep(now time.Time) {
	for key, last := range l.last {
		if l.isOver(last, now) {
			delete(l.last, key)
		}
	}
	if len(l.last) >= l.keys {
		clear(l.last)
	}
}

// isOver reports whether the interval that began at last is over, or begins only after it:
// the clock was set back, and its hours would not end for hours.
func (l *Interval[K]) isOver(last, now time.Time) bool { return now.Sub(last).Abs() >= l.every }
