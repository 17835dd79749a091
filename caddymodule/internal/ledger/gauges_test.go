package ledger_test

import (
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

func mustGauge(tb testing.TB, l *ledger.Ledger, now time.Time) ledger.Gauges {
	tb.Helper()
	g, err := l.Gauges(tb.Context(), now)
	if err != nil {
		tb.Fatal(err)
	}
	return g
}

func gauges(t *testing.T, p place) {
	l := p.open(t)
	empty := mustGauge(t, l, noon)
	open := slices.Sorted(maps.Keys(empty.Orders))
	if !slices.Equal(open, []translate.State{
		translate.Begun, translate.InDoubt, translate.Pending, translate.Refunding, translate.Sent,
	}) || empty.Orders[translate.InDoubt] != (ledger.StateGauge{}) || !empty.OldestDue.IsZero() {
		t.Errorf("of nothing: %+v", empty)
	}
	for i := range 4 {
		o := of("A", i)
		o.Next = after(time.Duration(i) * time.Hour)
		mustBegin(t, l, o)
	}
	for i, state := range []translate.State{translate.InDoubt, translate.InDoubt, translate.Failed} {
		mustRecord(t, l, of("A", i+1).Key, ledger.Update{State: state}, translate.Applied)
	}
	for i, to := range []ledger.NotificationState{ledger.Delivered, ledger.Exhausted, ledger.Exhausted, ledger.Withheld} {
		pay(t, l, of("A", 10+i), noon)
		mustFinish(t, l, mustClaim(t, l, noon, 1)[0].Notification, to, time.Time{})
	}
	for i, due := range []time.Duration{-time.Minute, time.Minute, time.Hour} {
		pay(t, l, of("A", 20+i), after(due))
	}
	pay(t, l, of("B", 30), noon)
	mustPause(t, l, "B")
	held := mustClaim(t, l, noon, 10) // parks that of B
	if len(held) != 1 {
		t.Fatalf("claimed %+v", held)
	}
	// With an order that the gateway calls unpaid no money is in doubt.
	unpaid := ledger.Event{At: noon, Kind: ledger.UnpaidEvent, Source: "query"}
	if err := l.AddEvents(t.Context(), of("A", 1).Key, unpaid); err != nil {
		t.Fatal(err)
	}
	// Of a refund counts when it was begun, whatever the age of its order.
	for i, begun := range []time.Duration{3 * time.Minute, 2 * time.Minute} {
		o := of("A", 40+i)
		o.BackURL, o.Next = "", after(2*time.Hour)
		mustBegin(t, l, o)
		mustRecord(t, l, o.Key, ledger.Update{State: translate.Paid}, translate.Applied)
		mustRecord(t, l, o.Key, ledger.Update{
			State: translate.Refunding, RefundNo: o.OrderNo, At: after(begun), Next: after(2 * time.Hour),
		}, translate.Applied)
	}
	want := ledger.Gauges{
		Orders: map[translate.State]ledger.StateGauge{
			translate.Begun:     {Count: 1, Oldest: noon},
			translate.InDoubt:   {Count: 2, Oldest: after(2 * time.Second)},
			translate.Refunding: {Count: 2, Oldest: after(2 * time.Minute)},
			translate.Pending:   {}, translate.Sent: {},
		},
		OverdueOrders: 1, Waiting: 3, OldestDue: after(time.Minute), OverdueNotifications: 2,
		Exhausted: 2, Paused: 1, Withheld: 1,
		PausedMerchants: 1, OldestPause: noon,
		Open: ledger.Matters{ExhaustedNotifications: 2},
	}
	if got := mustGauge(t, l, after(30*time.Minute)); !reflect.DeepEqual(got, want) {
		t.Errorf("gauges are\n%+v\nwant\n%+v", got, want)
	}
	// What is due at this moment, or in a sender's hands until then, is not late.
	want.OverdueNotifications = 0
	if got := mustGauge(t, l, after(time.Minute)); !reflect.DeepEqual(got, want) {
		t.Errorf("a minute past noon gauges are\n%+v\nwant\n%+v", got, want)
	}
}

// overdueOnce: of the orders whose next step is overdue, those that are counted as in doubt
// or as failed refunds too are told.
func overdueOnce(t *testing.T, p place) {
	l := p.open(t)
	for i, state := range []translate.State{translate.InDoubt, translate.InDoubt, translate.Pending} {
		o := of("A", i)
		mustBegin(t, l, o)
		next := after(time.Minute)
		if i == 1 {
			next = after(time.Hour)
		}
		mustRecord(t, l, o.Key, ledger.Update{State: state, Next: next}, translate.Applied)
	}
	if g := mustGauge(t, l, after(30*time.Minute)); g.OverdueOrders != 2 || g.OverdueTwice != 1 {
		t.Errorf("%d are overdue, %d of them counted elsewhere, want 2 and 1", g.OverdueOrders, g.OverdueTwice)
	}
}

func outcomes(t *testing.T, p place) {
	l := p.open(t)
	for i, state := range []translate.State{
		translate.Paid, translate.Paid, translate.Failed, translate.Begun, translate.Paid, translate.Paid,
	} {
		o := of("A", i*5) // created at 0, 5, 10 … 25 s
		mustBegin(t, l, o)
		if state != translate.Begun {
			mustRecord(t, l, o.Key, ledger.Update{State: state}, translate.Applied)
		}
	}
	got, err := l.Outcomes(t.Context(), after(time.Second), after(25*time.Second), 6*time.Second)
	want := []ledger.Outcome{
		{At: after(time.Second), States: map[translate.State]int{translate.Paid: 1}},
		{At: after(7 * time.Second), States: map[translate.State]int{translate.Failed: 1}},
		{At: after(13 * time.Second), States: map[translate.State]int{translate.Begun: 1}},
		{At: after(19 * time.Second), States: map[translate.State]int{translate.Paid: 1}},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("outcomes are %v\n%+v\nwant\n%+v", err, got, want)
	}
	quiet, err := l.Outcomes(t.Context(), after(time.Hour), after(2*time.Hour), 25*time.Minute)
	if err != nil || len(quiet) != 3 || len(quiet[2].States) != 0 || !quiet[2].At.Equal(after(110*time.Minute)) {
		t.Errorf("outcomes of a quiet time: %v, %+v", err, quiet)
	}
	for name, c := range map[string]struct {
		from, to time.Time
		bucket   time.Duration
	}{
		"backwards": {noon, noon, time.Second},
		"no bucket": {noon, after(time.Hour), time.Microsecond},
		"too many":  {noon, after(2001 * time.Second), time.Second},
	} {
		if got, err := l.Outcomes(t.Context(), c.from, c.to, c.bucket); err == nil {
			t.Errorf("%s: %d outcomes", name, len(got))
		}
	}
	if most, err := l.Outcomes(t.Context(), noon, after(2000*time.Second), time.Second); err != nil || len(most) != 2000 {
		t.Errorf("%d outcomes, %v", len(most), err)
	}
}

func samples(t *testing.T, p place) {
	ledgers := bridges(t, p)
	first := ledger.Sample{At: after(10 * time.Second), Waiting: 1, Overdue: 2, Exhausted: 3, InDoubt: 4, Pending: 5}
	for i, l := range append(ledgers, ledgers...) {
		s := first
		s.Waiting += i
		s.At = s.At.Add(time.Duration(i) * time.Second)
		if err := l.AddSample(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	first.At = noon
	second := ledger.Sample{At: after(time.Minute)}
	if err := ledgers[0].AddSample(t.Context(), second); err != nil {
		t.Fatal(err)
	}
	mustSamples := func(from, to time.Time, want ...ledger.Sample) {
		t.Helper()
		if got, err := ledgers[0].Samples(t.Context(), from, to); err != nil || !slices.Equal(got, want) {
			t.Errorf("samples: %v\n%+v\nwant\n%+v", err, got, want)
		}
	}
	mustSamples(noon, after(time.Hour), first, second)
	mustSamples(noon, after(time.Minute), first)
	mustSamples(after(time.Second), after(time.Minute))
	later := ledger.Sample{At: after(8*24*time.Hour + time.Minute), Pending: 1}
	if err := ledgers[0].AddSample(t.Context(), later); err != nil {
		t.Fatal(err)
	}
	mustSamples(noon, after(1000*time.Hour), second, later)
}
