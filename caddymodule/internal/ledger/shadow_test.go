package ledger_test

import (
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

func shadowCount(subject string, times int) ledger.ShadowCount {
	return ledger.ShadowCount{
		MerID: "89900001", Day: "2026-11-22", Kind: "type", Interface: "pay", Subject: subject, Detail: "text, whole number",
		Times: times, LastAt: noon, Example: "20261122000001",
	}
}

func mustAddShadow(tb testing.TB, l *ledger.Ledger, counts ...ledger.ShadowCount) {
	tb.Helper()
	if n, err := l.AddShadowCounts(tb.Context(), rand.Text(), counts); err != nil || n != len(counts) {
		tb.Fatalf("%d of %d written, %v", n, len(counts), err)
	}
}

func mustShadow(tb testing.TB, l *ledger.Ledger, merID, since string) []ledger.ShadowCount {
	tb.Helper()
	list, err := l.ShadowCounts(tb.Context(), merID, since)
	if err != nil {
		tb.Fatal(err)
	}
	return list
}

// shadowCountsAdd: counts of several writes, and of several bridges, are added.
func shadowCountsAdd(t *testing.T, p place) {
	l := p.open(t, ledger.WithClock(func() time.Time { return noon }))
	first, other := shadowCount("txnamt", 2), shadowCount("txnamt", 5)
	other.MerID = "89900002"
	mustAddShadow(t, l, first, other)
	again := shadowCount("txnamt", 3)
	again.LastAt, again.Example = after(time.Minute), ""
	another := shadowCount("paytime", 1)
	mustAddShadow(t, l, again, another)
	for range 2 { // its answer was lost
		third := shadowCount("goods", 4)
		third.MerID = "89900003"
		if n, err := l.AddShadowCounts(t.Context(), "a name", []ledger.ShadowCount{third}); err != nil || n != 1 {
			t.Errorf("%d written, %v", n, err)
		}
		if got := mustShadow(t, l, "89900003", ""); !slices.Equal(got, []ledger.ShadowCount{third}) {
			t.Errorf("got %+v, want %+v", got, third)
		}
	}
	want := []ledger.ShadowCount{another, first}
	want[1].Times, want[1].LastAt = 5, after(time.Minute)
	if got := mustShadow(t, l, "89900001", ""); !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := mustShadow(t, l, "89900001", "2026-11-23"); len(got) != 0 {
		t.Errorf("of a later day: %+v", got)
	}
	if got := mustShadow(t, l, "89900002", ""); !slices.Equal(got, []ledger.ShadowCount{other}) {
		t.Errorf("of the other merchant: %+v", got)
	}
}

// shadowCountsAtOnce: bridges on one ledger lose no count of each other.
func shadowCountsAtOnce(t *testing.T, p place) {
	const writers, subjects = 8, 5
	ledgers := bridges(t, p)
	now := time.Now() // of one day
	inParallel(writers, func(i int) {
		counts := make([]ledger.ShadowCount, subjects)
		for j := range counts {
			counts[j] = shadowCount(fmt.Sprint((i+j)%subjects), 1)
			counts[j].Day, counts[j].LastAt = now.UTC().Format(time.DateOnly), now
		}
		if _, err := ledgers[i%len(ledgers)].AddShadowCounts(t.Context(), rand.Text(), counts); err != nil {
			t.Error(err)
		}
	})
	got := mustShadow(t, ledgers[0], "89900001", "")
	if len(got) != subjects {
		t.Errorf("%d rows", len(got))
	}
	for _, c := range got {
		if c.Times != writers {
			t.Errorf("%s was counted %d times, want %d", c.Subject, c.Times, writers)
		}
	}
}

// shadowCountsAreBounded: hostile variety takes no more room than there is, and is
// counted all the same.
func shadowCountsAreBounded(t *testing.T, p place) {
	l := p.open(t, ledger.WithClock(func() time.Time { return noon }))
	const variety = 450
	var counts []ledger.ShadowCount
	for i := range variety {
		counts = append(counts, shadowCount(fmt.Sprintf("%s%04d", strings.Repeat("x", 200*(i%2)), i), 1))
	}
	counts[1].Subject = strings.Repeat("字", 500)
	mustAddShadow(t, l, counts...)
	got := mustShadow(t, l, "89900001", "")
	total := 0
	for _, c := range got {
		total += c.Times
		if len([]rune(c.Subject)) > 128 {
			t.Errorf("a subject of %d characters", len([]rune(c.Subject)))
		}
	}
	if len(got) > 201 || total != variety {
		t.Errorf("%d rows that count %d, want at most 201 that count %d", len(got), total, variety)
	}
	next := shadowCount("new", 1)
	next.Day = "2026-11-23"
	mustAddShadow(t, l, next)
	if got := mustShadow(t, l, "89900001", "2026-11-23"); len(got) != 1 {
		t.Errorf("the next day has %+v", got)
	}
}

// shadowCountsAreForgotten after thirty days.
func shadowCountsAreForgotten(t *testing.T, p place) {
	now := noon
	l := p.open(t, ledger.WithClock(func() time.Time { return now }))
	for i := range 40 {
		mustAddShadow(t, l, shadowCount(fmt.Sprint(i), 1))
	}
	now = noon.AddDate(0, 0, 31)
	fresh := shadowCount("fresh", 1)
	fresh.Day = "2026-12-23"
	for range 3 {
		mustAddShadow(t, l, fresh)
	}
	if got := mustShadow(t, l, "89900001", ""); len(got) != 1 || got[0].Times != 3 {
		t.Errorf("kept are %+v", got)
	}
}

// shadowCountsUnreadable: a row that cannot be read is missing from the others.
func shadowCountsUnreadable(t *testing.T, p place) {
	if !isLoose(p) {
		t.Skip("PostgreSQL keeps numbers numbers")
	}
	l, _ := damageable(t, p)
	mustAddShadow(t, l, shadowCount("a", 1), shadowCount("b", 1))
	mustExec(t, l, `UPDATE shadow_counts SET times = 'secret' WHERE subject = 'a'`)
	if got := mustShadow(t, l, "89900001", ""); len(got) != 1 || got[0].Subject != "b" {
		t.Errorf("got %+v", got)
	}
}
