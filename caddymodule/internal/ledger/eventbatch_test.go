package ledger_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// timeline returns what happened to an order in a few words each.
func timeline(tb testing.TB, l *ledger.Ledger, k ledger.Key) []string {
	tb.Helper()
	events, err := l.Events(tb.Context(), k)
	if err != nil {
		tb.Fatal(err)
	}
	var lines []string
	for _, e := range events.Items {
		if e.Key != k {
			tb.Errorf("event of %v among those of %v", e.Key, k)
		}
		lines = append(lines, fmt.Sprintf("%v %s %s %s", e.At.Sub(noon), e.Kind, e.Source, e.Detail))
	}
	return lines
}

func call(at time.Duration, detail string) ledger.Event {
	return ledger.Event{At: after(at), Kind: "call", Source: "query", Detail: detail}
}

// timelines show each step and what led to it, in order, also within one
// millisecond, and whatever came of it.
func timelines(t *testing.T, p place) {
	l := p.open(t)
	o := mustBegin(t, l, sample(1))
	events := []ledger.Event{call(time.Second, "one"), {Kind: "call", Source: "pay", Detail: "two\nlines"}}
	mustRecord(t, l, o.Key, ledger.Update{State: translate.Sent, At: after(time.Second), Source: "answer", Claim: 1, Events: events}, translate.Applied)
	mustRecord(t, l, o.Key, ledger.Update{State: translate.InDoubt, At: after(time.Second), Source: "answer", Claim: 2}, translate.Applied)
	mustRecord(t, l, o.Key, ledger.Update{
		State: translate.InDoubt, At: after(2 * time.Second), Source: "query", Events: []ledger.Event{call(2*time.Second, "again")},
	}, translate.Repeated)
	if err := l.Postpone(t.Context(), o.Key, 2, after(time.Hour), 1, call(3*time.Second, "nothing")); err != nil {
		t.Fatal(err)
	}
	err := l.Postpone(t.Context(), o.Key, 7, after(time.Hour), 1, call(3*time.Second, "of nobody"))
	wantError(t, err, ledger.ErrFenced)
	_, _, err = l.Record(t.Context(), o.Key, ledger.Update{
		State: translate.Pending, At: noon, Claim: 7, Events: []ledger.Event{call(3*time.Second, "of nobody")},
	})
	wantError(t, err, ledger.ErrFenced)
	mustRecord(t, l, o.Key, ledger.Update{State: translate.Closed, At: after(4 * time.Second), Source: "expiry", Claim: 2, Next: noon}, translate.Applied)
	if err := l.Rest(t.Context(), o.Key, 2, call(5*time.Second, "last query")); err != nil {
		t.Fatal(err)
	}
	mustRecord(t, l, o.Key, ledger.Update{State: translate.Paid, At: after(6 * time.Second), Source: "notice", RefundNo: "R1"}, translate.LatePayment)
	mustRecord(t, l, o.Key, ledger.Update{State: translate.Failed, At: after(7 * time.Second), Source: "notice"}, translate.Contradicted)
	want := []string{
		"1s call query one", "1s call pay twolines", "1s moved answer begun → sent", "1s moved answer sent → in_doubt",
		"2s call query again", "3s call query nothing", "4s moved expiry in_doubt → closed", "5s call query last query",
		"6s moved notice closed → refunding", "6s late_payment notice paid, order is refunding",
		"7s contradicted notice failed, order is refunding",
	}
	if got := timeline(t, l, o.Key); !slices.Equal(got, want) {
		t.Errorf("timeline is\n%q\nwant\n%q", got, want)
	}
}

func manyEvents(t *testing.T, p place) {
	l := p.open(t)
	o := mustBegin(t, l, sample(1))
	var events []ledger.Event
	var want []string
	for i := range 50 {
		events = append(events, call(0, fmt.Sprint(i)))
		want = append(want, fmt.Sprintf("0s call query %d", i))
	}
	mustRecord(t, l, o.Key, ledger.Update{State: translate.Paid, Source: "query", Events: events}, translate.Applied)
	want = append(want, "0s moved query begun → paid")
	if got := timeline(t, l, o.Key); !slices.Equal(got, want) {
		t.Errorf("timeline is\n%q\nwant\n%q", got, want)
	}
	for i := range 30 { // of the same millisecond too
		if err := l.AddEvents(t.Context(), o.Key, ledger.Event{Kind: "later", Source: "notice", Detail: fmt.Sprint(i), At: noon}); err != nil {
			t.Fatal(err)
		}
		want = append(want, fmt.Sprintf("0s later notice %d", i))
	}
	if got := timeline(t, l, o.Key); !slices.Equal(got, want) {
		t.Errorf("timeline is\n%q\nwant\n%q", got, want)
	}
	if len(events) != 50 {
		t.Errorf("the caller has %d events", len(events))
	}
}

// keptAtOnce: of events that repeat there is one, also where several handlers keep it at
// the same time.
func keptAtOnce(t *testing.T, p place) {
	ledgers := bridges(t, p)
	o := mustBegin(t, ledgers[0], sample(1))
	const times = 8
	var all sync.WaitGroup
	for i := range times {
		all.Go(func() {
			if err := ledgers[i%len(ledgers)].AddEvents(t.Context(), o.Key, ledger.Event{Kind: "notice", Source: "notice", Detail: "10", Repeats: true}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	events, err := ledgers[0].Events(t.Context(), o.Key)
	if err != nil || len(events.Items) != 1 || events.Items[0].Times != times {
		t.Errorf("on record is %+v, %v", events.Items, err)
	}
}
