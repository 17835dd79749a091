package delivery

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Limits of a Schedule.
const (
	// MaxRungs is the greatest number of intervals, one less than that of calls.
	MaxRungs = 100
	// MinInterval is the shortest interval.
	MinInterval = time.Second
	// MaxInterval is the longest interval.
	MaxInterval = 24 * time.Hour
)

// Schedule is the retry schedule of a notification: the intervals between its calls. The
// first call is made at once, so there is one call more than intervals; after
// the last one the notification is exhausted.
//
// An interval counts from the end of a call. A merchant whose program was still
// busy when we gave up thus has the whole interval to finish: programs in the
// field do not stand two notifications of one order at the same time.
type Schedule []time.Duration

// DefaultSchedule returns the schedule of the specification (v1 §3.4): after the
// first call three every 10 s, three every minute, then every 3 minutes, 10
// calls in all.
func DefaultSchedule() Schedule {
	return slices.Concat(
		slices.Repeat(Schedule{10 * time.Second}, 3),
		slices.Repeat(Schedule{time.Minute}, 3),
		slices.Repeat(Schedule{3 * time.Minute}, 3),
	)
}

// ParseSchedule reads the intervals as an operator writes them, one word each,
// such as 10s, 1m or 1h30m. Errors name the word at fault.
func ParseSchedule(words []string) (Schedule, error) {
	s := make(Schedule, len(words))
	for i, word := range words {
		interval, err := time.ParseDuration(word)
		if err != nil {
			return nil, fmt.Errorf("interval %d: %q is not a duration; write for example 10s, 1m or 1h30m", i+1, word)
		}
		s[i] = interval
	}
	if err := s.Validate(); err != nil {
		return nil, err
	}
	return s, nil
}

// Validate returns an error for a schedule that is empty or outside the limits.
// Intervals may become shorter again.
func (s Schedule) Validate() error {
	switch {
	case len(s) == 0:
		return fmt.Errorf("no interval; write for example %s", DefaultSchedule())
	case len(s) > MaxRungs:
		return fmt.Errorf("%d intervals; at most %d are possible", len(s), MaxRungs)
	}
	for i, interval := range s {
		if interval < MinInterval || interval > MaxInterval {
			return fmt.Errorf("interval %d: %s is not between %s and %s", i+1, short(interval), short(MinInterval), short(MaxInterval))
		}
	}
	return nil
}

// Next returns when the call after attemptsMade calls is due; the last of them ended
// at lastEnded. more is false when no call follows. Before the first call,
// lastEnded is when the notification came up, and the call is due then.
func (s Schedule) Next(attemptsMade int, lastEnded time.Time) (due time.Time, more bool) {
	switch {
	case attemptsMade <= 0:
		return lastEnded, true
	case attemptsMade > len(s):
		return time.Time{}, false
	}
	return lastEnded.Add(s[attemptsMade-1]), true
}

// Calls returns the number of calls in all.
func (s Schedule) Calls() int { return len(s) + 1 }

// String writes the schedule as ParseSchedule reads it, with blanks between.
func (s Schedule) String() string {
	words := make([]string, len(s))
	for i, interval := range s {
		words[i] = short(interval)
	}
	return strings.Join(words, " ")
}

// short writes a duration without the zero units at its end: 1m, not 1m0s.
func short(d time.Duration) string {
	text := d.String()
	for _, zero := range []struct{ surplus, unit string }{{"m0s", "m"}, {"h0m", "h"}} {
		if cut, ok := strings.CutSuffix(text, zero.surplus); ok {
			text = cut + zero.unit
		}
	}
	return text
}
