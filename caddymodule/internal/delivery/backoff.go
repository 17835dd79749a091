package delivery

import "time"

// backoff is how long to wait for something that fails: twice as long each time,
// between first and longest. Up to half of it is random, so that several bridges
// do not come back at once.
type backoff struct {
	first, longest time.Duration
	random         func() float64 // in [0,1)

	next time.Duration
}

// wait returns how long to wait now.
func (b *backoff) wait() time.Duration {
	b.next = min(max(b.next, b.first), b.longest)
	full := b.next
	b.next *= 2
	return full - time.Duration(b.random()*float64(full)/2)
}

// reset begins again with the first.
func (b *backoff) reset() { b.next = 0 }
