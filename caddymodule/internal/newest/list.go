// Package newest keeps what several loaded configurations have in common in the
// order in which they were loaded.
//
// During a reload two configurations are loaded at a time. What there can be only
// one of follows the newer, and goes back to the older should the newer one fail
// to start.
package newest

import (
	"slices"
	"sync"
	"sync/atomic"
)

// List has one entry for each loaded configuration. The zero value is empty. Its
// methods may be called from many goroutines; Get waits for nobody.
type List[T comparable] struct {
	mu      sync.Mutex
	entries []T // newest last
	newest  atomic.Pointer[T]
}

// Add makes an entry the newest. Each Add is undone by one Remove.
func (l *List[T]) Add(entry T) {
	l.change(func(entries []T) []T { return append(entries, entry) })
}

// Remove takes an entry out, wherever it stands. It may be called again.
func (l *List[T]) Remove(entry T) {
	l.change(func(entries []T) []T {
		if i := slices.Index(entries, entry); i >= 0 {
			return slices.Delete(entries, i, i+1)
		}
		return entries
	})
}

func (l *List[T]) change(f func([]T) []T) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = f(l.entries)
	if n := len(l.entries); n > 0 {
		entry := l.entries[n-1]
		l.newest.Store(&entry)
	} else {
		l.newest.Store(nil)
	}
}

// All returns a copy of the entries, the newest last.
func (l *List[T]) All() []T {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.entries)
}

// Get returns the newest entry. ok is false when there is none.
func (l *List[T]) Get() (entry T, ok bool) {
	if newest := l.newest.Load(); newest != nil {
		return *newest, true
	}
	return entry, false
}
