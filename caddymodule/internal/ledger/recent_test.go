package ledger_test

import (
	"slices"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// recentOfOrders: of some orders the newest attempt each, and the events of one kind.
func recentOfOrders(t *testing.T, p place) {
	l := p.open(t)
	pay(t, l, sample(0), noon)
	pay(t, l, sample(1), noon)
	for i := range 2 {
		claimed := mustClaim(t, l, after(time.Duration(i+1)*time.Hour), 1)
		class := []string{"timeout", "refused"}[i]
		a := ledger.Attempt{At: after(time.Minute), Duration: 7 * time.Millisecond, Class: class, Cause: "connection refused – 10.0.0.1"}
		if err := l.Finish(t.Context(), claimed[0].Notification, a, ledger.Waiting, noon.Add(-time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	called := ledger.Event{At: after(time.Minute), Kind: "call", Detail: "a"}
	if err := l.AddEvents(t.Context(), sample(0).Key, called, ledger.Event{At: noon, Kind: "notice", Detail: "b"}); err != nil {
		t.Fatal(err)
	}
	keys := []ledger.Key{sample(0).Key, sample(1).Key, sample(2).Key}
	last, err := l.LastAttempts(t.Context(), keys)
	if err != nil || len(last) == 0 {
		t.Fatalf("%v, %v", last, err)
	}
	timedOut, err := l.FirstAttempts(t.Context(), keys, "timeout")
	if err != nil || len(timedOut) == 0 {
		t.Fatalf("%v, %v", timedOut, err)
	}
	for _, k := range keys {
		all, err := l.Attempts(t.Context(), k)
		newest, there := last[k]
		if err != nil || there != (len(all.Items) > 0) || there && newest != all.Items[len(all.Items)-1] {
			t.Errorf("%v: %+v of %+v, %v", k, newest, all.Items, err)
		}
		i := slices.IndexFunc(all.Items, func(a ledger.Attempt) bool { return a.Class == "timeout" })
		first, there := timedOut[k]
		if there != (i >= 0) || there && first != all.Items[i] {
			t.Errorf("%v: %+v is the first of %+v", k, first, all.Items)
		}
	}
	events, err := l.EventsOf(t.Context(), keys, "call")
	if err != nil || len(events) != 1 || events[0].Key != sample(0).Key || events[0].Detail != "a" {
		t.Errorf("events: %+v, %v", events, err)
	}
}
