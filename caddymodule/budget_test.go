package caddymodule

import (
	"fmt"
	"testing"
	"time"
)

func TestBudget(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	spend := func(b *budget, source string, n int) {
		for range n {
			b.spend(source, start)
		}
	}
	for name, tc := range map[string]struct {
		spent  string // by whom
		n      int
		source string
		after  time.Duration
		want   bool
	}{
		"nothing spent":            {"192.0.2.1", 0, "192.0.2.1", 0, true},
		"one left":                 {"192.0.2.1", budgetMessages - 1, "192.0.2.1", 0, true},
		"all spent":                {"192.0.2.1", budgetMessages, "192.0.2.1", 0, false},
		"all spent, just now":      {"192.0.2.1", budgetMessages, "192.0.2.1", budgetWindow - 1, false},
		"all spent, a minute ago":  {"192.0.2.1", budgetMessages, "192.0.2.1", budgetWindow, true},
		"spent by a neighbour":     {"192.0.2.2", budgetMessages, "192.0.2.1", 0, true},
		"spent by the same IPv6":   {"2001:db8::1", budgetMessages, "2001:db8::ffff", 0, false},
		"spent by another network": {"2001:db8:0:1::1", budgetMessages, "2001:db8:0:2::1", 0, true},
		"mapped IPv4":              {"::ffff:192.0.2.1", budgetMessages, "::ffff:192.0.2.2", 0, true},
		"no address":               {"", budgetMessages, "", 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var b budget
			spend(&b, tc.spent, tc.n)
			if got := b.spend(tc.source, start.Add(tc.after)); got != tc.want {
				t.Errorf("spend = %v, want %v", got, tc.want)
			}
		})
	}
	t.Run("starts anew", func(t *testing.T) {
		t.Parallel()
		var b budget
		spend(&b, "192.0.2.1", budgetMessages)
		later := start.Add(budgetWindow)
		b.spend("192.0.2.1", later)
		if !b.spend("192.0.2.1", later) {
			t.Error("the old messages still count")
		}
	})
	t.Run("good messages cost nothing", func(t *testing.T) {
		t.Parallel()
		var b budget
		for range 2 * budgetMessages {
			if !b.spend("192.0.2.1", start) {
				t.Fatal("a good message is not looked at")
			}
			b.giveBack("192.0.2.1")
		}
	})
	t.Run("many at once count as many", func(t *testing.T) {
		t.Parallel()
		var b budget
		looked := 0
		for range 2 * budgetMessages { // none has been opened yet
			if b.spend("192.0.2.1", start) {
				looked++
			}
		}
		if looked != budgetMessages {
			t.Errorf("%d messages are looked at", looked)
		}
	})
	t.Run("remembers a bounded number", func(t *testing.T) {
		t.Parallel()
		var b budget
		for i := range budgetSources + 1 {
			b.spend(fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255), start)
		}
		if n := len(b.sources); n > budgetSources {
			t.Errorf("%d sources remembered", n)
		}
	})
	t.Run("a known source displaces none", func(t *testing.T) {
		t.Parallel()
		var b budget
		for i := range budgetSources {
			b.spend(fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255), start)
		}
		spend(&b, "10.0.0.0", budgetMessages)
		if n := len(b.sources); n != budgetSources || b.spend("10.0.0.0", start) {
			t.Errorf("%d sources, and the flood is listened to: %v", n, b.spend("10.0.0.0", start))
		}
	})
}
