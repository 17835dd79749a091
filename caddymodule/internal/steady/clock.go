// Package steady tells a bridge the time, also when somebody sets the clock of its
// machine.
//
// Due times, leases and expiries are stored as times of day. Were they compared
// with a clock that has been set an hour ahead, everything that waits would be due
// at once, merchants would be called early and orders closed while their payers
// still pay; set an hour back, everything would come an hour late. So a [Clock]
// goes on at its pace when the machine's clock jumps: it begins with the time of
// day and then counts what has really passed, time that the machine slept
// included. Corrections that go on slowly, as those of a time service do, it
// follows.
//
// Which of the two is right after a jump, nobody here can know: it may have been
// a correction or a mistake. Therefore:
//
//   - What waits goes by the Clock ([Clock.Now]): it is neither early nor late.
//   - What others read, the gateway's messages above all, goes by the machine's
//     clock ([Clock.Wall]).
//   - Where several bridges share a database, its clock is the common one
//     ([Clock.Set]).
//   - A start takes the time as the machine has it. What was stored by a clock
//     that had been jumped over is moved by then, see ledger.KeepClockOffset.
package steady

import (
	"sync"
	"time"
)

// jump is the least difference between two readings that is not a correction of
// the machine's clock as it goes along.
const jump = time.Second

// settled is after how long a reading is good enough to compare with, so that
// corrections along the way do not add up to a jump.
const settled = time.Second

// Source reads the machine's clock, which can be set, and what has passed since
// some moment, which cannot.
type Source func() (wall time.Time, passed time.Duration)

// Clock is a clock that cannot be set. Its methods may be called from many
// goroutines.
type Clock struct {
	source Source

	mu     sync.Mutex
	wall   time.Time // at the reading that others are compared with
	passed time.Duration
	ahead  time.Duration // of the machine's clock before this one
}

// New makes a clock that begins with the time as the machine has it. The source
// is [Machine] outside of tests.
func New(source Source) *Clock {
	c := &Clock{source: source}
	c.wall, c.passed = source()
	c.wall = c.wall.Round(0)
	return c
}

// Now returns the time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.read().Add(-c.ahead)
}

// read reads the machine's clock and notices when it has been set.
func (c *Clock) read() time.Time {
	wall, passed := c.source()
	wall = wall.Round(0) // differences are those of the time of day
	since := passed - c.passed
	set := wall.Sub(c.wall) - since
	if set.Abs() >= jump {
		c.ahead += set
	}
	if set.Abs() >= jump || since >= settled {
		c.wall, c.passed = wall, passed
	}
	return wall
}

// Ahead returns how far the machine's clock is ahead of this one.
func (c *Clock) Ahead() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.read()
	return c.ahead
}

// Wall returns what the machine's clock shows when this one shows t.
func (c *Clock) Wall(t time.Time) time.Time { return t.Add(c.Ahead()) }

// Set makes the clock show now, whatever the machine's shows.
func (c *Clock) Set(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead = c.read().Sub(now)
}
