package shadow

import "sync/atomic"

// Reason says why a worker has switched itself off.
type Reason string

// The reasons.
const (
	ReasonPanic Reason = "panic" // a comparison had a bug
	ReasonLag   Reason = "lag"   // comparisons do not come to an end, or much too late
)

// Reasons lists them.
func Reasons() []Reason { return []Reason{ReasonPanic, ReasonLag} }

// latch is switched once.
type latch struct{ reason atomic.Pointer[Reason] }

// trip switches, and reports whether it was the first time.
func (l *latch) trip(reason Reason) bool { return l.reason.CompareAndSwap(nil, &reason) }

// tripped is why it was switched, "" as long as it was not.
func (l *latch) tripped() Reason {
	if reason := l.reason.Load(); reason != nil {
		return *reason
	}
	return ""
}
