package p11kit

import (
	"errors"
	"fmt"
	"time"
)

// errBusy is the error of an operation for which no session became free.
var errBusy = errors.New("no session with the token became free in time")

// answer is an error that says something of the key and nothing of the session.
type answer struct{ error }

func (a answer) Unwrap() error { return a.error }

// doubt is an error that says something of the key, or else that the session is not to
// be trusted.
type doubt struct{ error }

func (d doubt) Unwrap() error { return d.error }

// budget is the time of one operation.
type budget struct{ start, end time.Time }

func newBudget(whole time.Duration) budget {
	now := time.Now()
	return budget{now, now.Add(whole)}
}

// lastStart is when an attempt may begin at the latest: one that had hardly any time
// would end a child that has done nothing wrong.
func (b budget) lastStart() time.Time { return b.start.Add(b.end.Sub(b.start) * 3 / 4) }

// attempt is the deadline of an attempt that begins now: half of the whole, so that
// one with a child that hangs leaves time for another.
func (b budget) attempt() time.Time {
	half := time.Now().Add(b.end.Sub(b.start) / 2)
	if half.After(b.end) {
		return b.end
	}
	return half
}

// do has f work with a session. When that fails for another reason than the key,
// the session is given up, and f works with another one until the time is over. What may
// be for the key is tried twice.
func (p *pool) do(timeout time.Duration, f func(*session, time.Time) error) error {
	b := newBudget(timeout)
	var last error
	doubts := 0
	for {
		s, err := p.take(b.lastStart())
		if err != nil {
			counts.failed.Add(1)
			return p.because(err, last)
		}
		err = f(s, b.attempt())
		var told answer
		var doubted doubt
		switch {
		case err == nil || errors.As(err, &told):
			p.put(s)
			return err
		case errors.As(err, &doubted):
			p.doubt(s)
			if doubts++; doubts == 2 {
				counts.failed.Add(1)
				return p.because(err, nil)
			}
		default:
			p.discard(s, err)
		}
		last = err
	}
}

// because names the token, and puts the last error of an operation in front of why
// it was not tried again.
func (p *pool) because(err, last error) error {
	if last != nil {
		err = fmt.Errorf("%w; and then: %w", last, err)
	}
	return fmt.Errorf("%s: %w", p.name, err)
}

// take waits for a session, no longer than until a time, and not at all while
// there is none because the token is away.
func (p *pool) take(until time.Time) (*session, error) {
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	for {
		wake, err := p.state()
		switch {
		case err != nil:
			return nil, err
		case !time.Now().Before(until):
			return nil, errBusy
		}
		select {
		case s := <-p.ready:
			return s, nil
		case <-wake:
		case <-timer.C:
		}
	}
}
