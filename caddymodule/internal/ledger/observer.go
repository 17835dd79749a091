package ledger

import "time"

// Observer is told what the ledger does, as it happens and possibly from several
// goroutines. It must return at once: the ledger waits for it.
type Observer interface {
	// Committed says that transactions were committed together, how long that
	// took from its beginning and, with an error, that they were not, or that
	// nobody knows. What a method refused by itself is no failure and not counted.
	Committed(transactions int, took time.Duration, err error)
}

// WithObserver sets who is told.
func WithObserver(o Observer) Option { return func(s *settings) { s.observer = o } }

// unobserved is the observer of a ledger that has none.
type unobserved struct{}

func (unobserved) Committed(int, time.Duration, error) {}
