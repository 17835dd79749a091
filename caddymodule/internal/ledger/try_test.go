package ledger_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// trials are recorded before there is an order, with who and why.
func trials(t *testing.T, p place) {
	l := p.open(t)
	k := ledger.Key{MerID: "89900001", OrderID: translate.NewTryOrderID(noon, "ABCDEF")}
	for _, trial := range []ledger.Trial{ledger.TryPay, ledger.TryCancel} {
		if err := l.NoteTrial(t.Context(), k, trial, because); err != nil {
			t.Fatal(err)
		}
	}
	want := []ledger.Change{made(k, "try cancel", "", ""), made(k, "try pay", "", "")}
	got := mustChanges(t, l, k)
	slices.SortFunc(got, func(a, b ledger.Change) int { return len(b.What) - len(a.What) })
	if !slices.Equal(got, want) {
		t.Errorf("changes are %+v", got)
	}
	if err := l.NoteTrial(t.Context(), k, ledger.TryPay, ledger.Change{Who: "somebody"}); err == nil {
		t.Error("a trial without a reason is recorded")
	}
}

// Outcomes are those of merchants: an order that an operator has tried is counted in
// none of them, whatever became of it. A customer's that an operator has cancelled is.
func outcomesWithoutTries(t *testing.T, p place) {
	l := p.open(t)
	for i, orderID := range []string{"T2026112200001", translate.TryPrefix + "1", "T2026112200002", translate.TryPrefix + "2"} {
		o := of("A", i)
		o.OrderID = orderID
		if translate.IsTry(orderID) {
			because := because
			because.At = o.CreatedAt.Add(-time.Second)
			if err := l.NoteTrial(t.Context(), o.Key, ledger.TryPay, because); err != nil {
				t.Fatal(err)
			}
		}
		mustBegin(t, l, o)
		if i > 1 {
			mustRecord(t, l, o.Key, ledger.Update{State: translate.Paid}, translate.Applied)
		}
	}
	// A cancel of a customer's order, which is no try, leaves it counted.
	if err := l.NoteTrial(t.Context(), ledger.Key{MerID: of("A", 0).MerID, OrderID: "T2026112200002"}, ledger.TryCancel, because); err != nil {
		t.Fatal(err)
	}
	got, err := l.Outcomes(t.Context(), noon, after(10*time.Second), 10*time.Second)
	want := []ledger.Outcome{{At: noon, States: map[translate.State]int{translate.Begun: 1, translate.Paid: 1}}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("outcomes are %v\n%+v\nwant\n%+v", err, got, want)
	}
}
