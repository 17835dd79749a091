package delivery

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestDefaultSchedule(t *testing.T) {
	t.Parallel()
	s := DefaultSchedule()
	if got, want := s.String(), "10s 10s 10s 1m 1m 1m 3m 3m 3m"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if s.Calls() != 10 {
		t.Errorf("%d calls, want 10", s.Calls())
	}
	if err := s.Validate(); err != nil {
		t.Error(err)
	}
}

func TestScheduleNext(t *testing.T) {
	t.Parallel()
	last := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	s := Schedule{time.Second, time.Minute}
	tests := []struct {
		name string
		made int
		due  time.Time
		more bool
	}{
		{"before the first", 0, last, true},
		{"after the first", 1, last.Add(time.Second), true},
		{"after the second", 2, last.Add(time.Minute), true},
		{"after the last", 3, time.Time{}, false},
		{"after one by hand", 4, time.Time{}, false},
		{"impossible", -1, last, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			due, more := s.Next(test.made, last)
			if !due.Equal(test.due) || more != test.more {
				t.Errorf("%v, %v; want %v, %v", due, more, test.due, test.more)
			}
		})
	}
}

func TestParseSchedule(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, words string
		want        Schedule // nil for an error
		message     string
	}{
		{"usual", "10s 1m 1h30m", Schedule{10 * time.Second, time.Minute, 90 * time.Minute}, ""},
		{"shortest and longest", "1s 24h", Schedule{time.Second, 24 * time.Hour}, ""},
		{"becoming shorter", "1m 10s", Schedule{time.Minute, 10 * time.Second}, ""},
		{"none", "", nil, "no interval; write for example 10s 10s 10s 1m 1m 1m 3m 3m 3m"},
		{"no unit", "10s 30", nil, `interval 2: "30" is not a duration; write for example 10s, 1m or 1h30m`},
		{"too short", "10s 999ms", nil, "interval 2: 999ms is not between 1s and 24h"},
		{"negative", "-1m", nil, "interval 1: -1m is not between 1s and 24h"},
		{"too long", "24h1s", nil, "interval 1: 24h0m1s is not between 1s and 24h"},
		{"too many", strings.Repeat("1s ", 101), nil, "101 intervals; at most 100 are possible"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := ParseSchedule(strings.Fields(test.words))
			if !slices.Equal(got, test.want) {
				t.Errorf("%v, want %v", got, test.want)
			}
			if test.want == nil && (err == nil || err.Error() != test.message) {
				t.Errorf("error %v, want %s", err, test.message)
			}
		})
	}
}

func FuzzParseSchedule(f *testing.F) {
	f.Add("10s 10s 1m 3m")
	f.Add("1h0m1s 1.5s 24h")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseSchedule(strings.Fields(text))
		if err != nil {
			return
		}
		again, err := ParseSchedule(strings.Fields(s.String()))
		if err != nil || !slices.Equal(again, s) {
			t.Errorf("%q was read as %s and then as %s, %v", text, s, again, err)
		}
	})
}
