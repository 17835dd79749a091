package translate

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestTimesAreBeijing(t *testing.T) {
	t.Parallel()
	newYork := time.FixedZone("EST", -5*60*60)
	for _, c := range []struct {
		name       string
		at         time.Time
		wire, paid string
	}{
		{"noon in Beijing", time.Date(2026, 11, 21, 12, 0, 0, 0, Beijing), "20261121120000", "2026-11-21 12:00:00"},
		{"the last second of a UTC afternoon", time.Date(2026, 11, 21, 15, 59, 59, 0, time.UTC), "20261121235959", "2026-11-21 23:59:59"},
		{"midnight in Beijing", time.Date(2026, 11, 21, 16, 0, 0, 0, time.UTC), "20261122000000", "2026-11-22 00:00:00"},
		{"midnight in UTC", time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC), "20261121080000", "2026-11-21 08:00:00"},
		{"new year, seen from New York", time.Date(2026, 12, 31, 11, 0, 0, 0, newYork), "20270101000000", "2027-01-01 00:00:00"},
		{"leap day", time.Date(2028, 2, 28, 16, 30, 0, 0, time.UTC), "20280229003000", "2028-02-29 00:30:00"},
		{"fractions are cut", time.Date(2026, 11, 21, 12, 0, 0, 999_999_999, Beijing), "20261121120000", "2026-11-21 12:00:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := FormatWireTime(c.at); got != c.wire {
				t.Errorf("WireTime: %s, want %s", got, c.wire)
			}
			if got := FormatPayTime(c.at); got != c.paid {
				t.Errorf("PayTime: %s, want %s", got, c.paid)
			}
			for _, text := range []string{c.wire, c.paid} {
				if got, err := ParseTime(text); err != nil || !got.Equal(c.at.Truncate(time.Second)) {
					t.Errorf("ParseTime(%s): %v, %v; want %v", text, got, err, c.at)
				}
			}
		})
	}
}

func TestPayTimeOfUnpaid(t *testing.T) {
	t.Parallel()
	if got := FormatPayTime(time.Time{}); got != "" {
		t.Errorf("%q, want nothing", got)
	}
}

func TestParseTimeRefuses(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"nothing": "", "a date": "20261121", "a month too many": "20261321120000", "a day too many": "20260229120000",
		"an hour too many": "20261121240000", "letters": "2026112112000x", "fractions": "20261121120000.5",
		"fractions in the long spelling": "2026-11-21 12:00:0.5", "ISO": "2026-11-21T12:00:00", "a zone": "2026-11-21 12:00:00Z", "blank before": " 20261121120000",
		"no time of .NET": "0001-01-01 00:00:00", "no time of SQL": "19000101000000", "no time of Unix": "19700101000000",
		"no time of Unix, seen from London": "1970-01-01 08:00:00", "the last second before": "19991231235959",
		"the first second behind": "21010101000000", "no end": "9999-12-31 23:59:59",
	} {
		if got, err := ParseTime(text); err == nil || !got.IsZero() {
			t.Errorf("%s: %v, %v; want a refusal", name, got, err)
		}
	}
}

func TestParseTimeUndoesWriting(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		first, behind := time.Date(firstYear, 1, 1, 0, 0, 0, 0, Beijing), time.Date(lastYear+1, 1, 1, 0, 0, 0, 0, Beijing)
		at := time.Unix(rapid.Int64Range(first.Unix(), behind.Unix()-1).Draw(t, "unix"), 0)
		for _, text := range []string{FormatWireTime(at), FormatPayTime(at)} {
			if got, err := ParseTime(text); err != nil || !got.Equal(at) {
				t.Fatalf("%v became %s became %v, %v", at, text, got, err)
			}
		}
	})
}
