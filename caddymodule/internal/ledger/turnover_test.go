package ledger_test

import (
	"slices"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

func settlementKey(s ledger.Settlement) ledger.Key { return s.Key }

// paidAt is an order of a merchant that was paid at a time, long after it began.
func paidAt(t *testing.T, l *ledger.Ledger, merID string, i int, at time.Time) ledger.Order {
	t.Helper()
	o := of(merID, i)
	mustBegin(t, l, o)
	mustRecord(t, l, o.Key, ledger.Update{State: translate.Paid, At: at.Add(time.Minute), PaidAt: at}, translate.Applied)
	return o
}

func refundedAt(t *testing.T, l *ledger.Ledger, k ledger.Key, at time.Time) {
	t.Helper()
	mustRecord(t, l, k, ledger.Update{State: translate.Refunding, At: at.Add(-time.Hour), RefundNo: "R" + k.OrderID}, translate.Applied)
	mustRecord(t, l, k, ledger.Update{State: translate.Refunded, At: at}, translate.Applied)
}

// turnoverOf lists all movements, page by page.
func turnoverOf(t *testing.T, l *ledger.Ledger, f ledger.TurnoverFilter) (names []string) {
	t.Helper()
	for {
		list, err := l.Turnover(t.Context(), f)
		if err != nil || len(list.Unreadable) > 0 {
			t.Fatal(err, list.Unreadable)
		}
		names = append(names, numbersOf(list.Items, settlementKey)...)
		if list.Next.IsZero() {
			return names
		}
		f.After = list.Next
	}
}

// turnover: what moved on a day is found by the time it moved, whenever the order
// began, and the ends of the day belong to one day each.
func turnover(t *testing.T, p place) {
	l := p.open(t)
	midnight := after(24 * time.Hour)
	paidAt(t, l, "A", 1, midnight.Add(-time.Millisecond))
	second := paidAt(t, l, "B", 2, midnight)
	third := paidAt(t, l, "A", 3, midnight)
	paidAt(t, l, "A", 4, midnight.Add(24*time.Hour))
	mustBegin(t, l, of("A", 5)) // never paid
	refundedAt(t, l, second.Key, midnight.Add(48*time.Hour))
	refundedAt(t, l, third.Key, midnight.Add(72*time.Hour))
	next := midnight.Add(24 * time.Hour)
	for name, c := range map[string]struct {
		filter ledger.TurnoverFilter
		want   []string
	}{
		"payments of the day":         {ledger.TurnoverFilter{Movement: ledger.Payment, From: midnight, To: next}, []string{"A/003", "B/002"}},
		"payments of the day before":  {ledger.TurnoverFilter{Movement: ledger.Payment, From: noon, To: midnight}, []string{"A/001"}},
		"payments of a merchant":      {ledger.TurnoverFilter{Movement: ledger.Payment, MerID: "A"}, []string{"A/004", "A/003", "A/001"}},
		"payments, all":               {ledger.TurnoverFilter{Movement: ledger.Payment}, []string{"A/004", "A/003", "B/002", "A/001"}},
		"refunds of the day":          {ledger.TurnoverFilter{Movement: ledger.Refund, From: midnight, To: next}, nil},
		"refunds, all":                {ledger.TurnoverFilter{Movement: ledger.Refund}, []string{"A/003", "B/002"}},
		"refunds of a day, inclusive": {ledger.TurnoverFilter{Movement: ledger.Refund, From: midnight.Add(48 * time.Hour), To: midnight.Add(72 * time.Hour)}, []string{"B/002"}},
	} {
		for _, limit := range []int{0, 1, 2} {
			c.filter.Limit = limit
			if got := turnoverOf(t, l, c.filter); !slices.Equal(got, c.want) {
				t.Errorf("%s, %d at once: %v, want %v", name, limit, got, c.want)
			}
		}
	}
}

// sums: each merchant has its sum, and refunds count at the time that they are done.
func sums(t *testing.T, p place) {
	l := p.open(t)
	midnight := after(24 * time.Hour)
	paidAt(t, l, "A", 10, midnight)
	paidAt(t, l, "A", 20, midnight.Add(24*time.Hour-time.Millisecond))
	b := paidAt(t, l, "B", 30, midnight.Add(-time.Millisecond))
	paidAt(t, l, "A", 40, midnight.Add(24*time.Hour)) // behind the end
	refundedAt(t, l, b.Key, midnight.Add(6*time.Hour))
	for i, want := range [][]ledger.MerchantSum{
		{{MerID: "B", Payments: ledger.Sum{Count: 1, Fen: 31}}},
		{{MerID: "A", Payments: ledger.Sum{Count: 2, Fen: 32}}, {MerID: "B", Refunds: ledger.Sum{Count: 1, Fen: 31}}},
		{{MerID: "A", Payments: ledger.Sum{Count: 1, Fen: 41}}},
		{},
	} {
		from := midnight.Add(time.Duration(i-1) * 24 * time.Hour)
		if got, err := l.Sums(t.Context(), from, from.Add(24*time.Hour)); err != nil || !slices.Equal(got, want) {
			t.Errorf("day %d: %+v, %v, want %+v", i, got, err, want)
		}
	}
}

// findNamed: many numbers at once find what each of them finds alone.
func findNamed(t *testing.T, p place) {
	l := p.open(t)
	first, second := of("A", 1), of("B", 2)
	mustBegin(t, l, first)
	mustBegin(t, l, second)
	mustBegin(t, l, of("A", 3))
	mustRecord(t, l, second.Key, ledger.Update{State: translate.Paid}, translate.Applied)
	refundedAt(t, l, second.Key, after(time.Hour))
	for name, c := range map[string]struct {
		numbers []string
		want    []string
	}{
		"merchants' numbers":   {[]string{first.OrderID, second.OrderID}, []string{"B/002", "A/001"}},
		"queryid, v2 number":   {[]string{first.QueryID, second.OrderNo}, []string{"B/002", "A/001"}},
		"refund number":        {[]string{"R" + second.OrderID, "none", ""}, []string{"B/002"}},
		"one order by two":     {[]string{first.OrderNo, first.QueryID, first.OrderID}, []string{"A/001"}},
		"hostile text":         {[]string{`"]`, "'; --", "\x00", "\xff"}, nil},
		"nothing is asked for": {nil, nil},
	} {
		list, err := l.FindNamed(t.Context(), c.numbers, 10)
		if got := numbersOf(list.Items, settlementKey); err != nil || !slices.Equal(got, c.want) || !list.Next.IsZero() {
			t.Errorf("%s: %v, %v, want %v", name, got, err, c.want)
		}
	}
	if list, err := l.FindNamed(t.Context(), []string{first.OrderNo, second.OrderNo}, 1); err != nil || len(list.Items) != 1 || list.Next.IsZero() {
		t.Errorf("limited: %+v, %v", list, err)
	}
}
