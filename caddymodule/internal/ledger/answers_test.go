package ledger_test

import (
	"crypto/rand"
	"slices"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/route"
)

// answersAdd: what several bridges have counted is added, by merchant, day and side, and
// forgotten after 30 days.
func answersAdd(t *testing.T, p place) {
	clock := noon
	l := p.open(t, ledger.WithClock(func() time.Time { return clock }))
	add := func(counted ...ledger.Answers) {
		t.Helper()
		if written, err := l.AddAnswers(t.Context(), rand.Text(), counted); err != nil || written != len(counted) {
			t.Fatalf("%d of %d written: %v", written, len(counted), err)
		}
	}
	want := func(merID, since string, want ...ledger.Answers) {
		t.Helper()
		got, err := l.AnswersOf(t.Context(), merID, since)
		if err != nil || !slices.Equal(got.Items, want) {
			t.Errorf("%+v, %v, want %+v", got, err, want)
		}
	}
	of := func(merID, day string, side route.Side, payments, refused int) ledger.Answers {
		return ledger.Answers{MerID: merID, Day: day, Side: side, Payments: payments, Refused: refused}
	}
	want("A", "")
	add(of("B", "2026-11-22", route.Old, 1, 1), of("A", "2026-11-22", route.V2, 7, 2), of("A", "2026-11-22", route.Old, 5, 0))
	add(of("A", "2026-11-22", route.Old, 3, 1), of("A", "2026-11-23", route.Old, 4, 4))
	want("A", "", of("A", "2026-11-22", route.Old, 8, 1), of("A", "2026-11-22", route.V2, 7, 2), of("A", "2026-11-23", route.Old, 4, 4))
	for range 2 { // its answer was lost
		if written, err := l.AddAnswers(t.Context(), "a name", []ledger.Answers{of("C", "2026-11-22", route.Old, 2, 1)}); err != nil || written != 1 {
			t.Errorf("%d written, %v", written, err)
		}
	}
	want("C", "", of("C", "2026-11-22", route.Old, 2, 1))
	want("A", "2026-11-23", of("A", "2026-11-23", route.Old, 4, 4))
	want("B", "2026-11-22", of("B", "2026-11-22", route.Old, 1, 1))
	clock = noon.AddDate(0, 0, 31)
	add()
	want("A", "", of("A", "2026-11-23", route.Old, 4, 4))
	if !isLoose(p) {
		return // PostgreSQL keeps numbers numbers
	}
	mustExec(t, l, `UPDATE answers SET refused = 'secret'`)
	if got, err := l.AnswersOf(t.Context(), "A", ""); err != nil || len(got.Items) != 0 || len(got.Unreadable) != 1 || got.Unreadable[0].MerID != "A" {
		t.Errorf("%+v, %v", got, err)
	}
}
