package api

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

func TestOverview(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	doubt := w.order("89900001", translate.InDoubt, 3*time.Hour)
	w.order("89900001", translate.Pending, time.Hour)
	w.notification("89900001", ledger.Exhausted, 2*time.Hour)
	w.notification("89900002", ledger.Exhausted, time.Hour)
	w.notification("89900002", ledger.Exhausted, time.Hour)
	must(w.ledger.Pause(t.Context(), "89900002", ledger.Change{Who: "ada", Why: "repair"}))
	must(w.ledger.AddSample(t.Context(), ledger.Sample{At: present.Add(-time.Minute), Exhausted: 2, InDoubt: 1}))

	o := read[Overview](t, w.get("overview"))
	if g := o.Gauges; g.Exhausted != 3 || g.Orders["in_doubt"].Count != 1 || g.Orders["pending"].Count != 1 || g.OverdueOrders != 0 {
		t.Errorf("gauges: %+v", g)
	}
	if oldest := o.Gauges.Orders["in_doubt"].OldestAt; !oldest.Equal(doubt.CreatedAt) {
		t.Errorf("oldest in doubt: %s", oldest)
	}
	if len(o.InDoubt) != 1 || o.InDoubt[0].OrderID != doubt.OrderID {
		t.Errorf("in doubt: %+v", o.InDoubt)
	}
	if len(o.Exhausted) != 2 || o.Exhausted[0] != (Exhaustion{"89900002", 2}) || o.Exhausted[1] != (Exhaustion{"89900001", 1}) {
		t.Errorf("exhausted: %+v", o.Exhausted)
	}
	if len(o.Paused) != 1 || o.Paused[0].MerID != "89900002" || !o.Paused[0].Configured {
		t.Errorf("paused: %+v", o.Paused)
	}
	if len(o.Samples) != 1 || o.Samples[0].Exhausted != 2 {
		t.Errorf("samples: %+v", o.Samples)
	}
	if o.begun() != 5 || len(o.Outcomes) < 144 {
		t.Errorf("%d orders in %d buckets", o.begun(), len(o.Outcomes))
	}
}

// A merchant whose exhausted notifications are older than very many of another's is not
// left out, and everybody's are counted all.
func TestOverviewCountsAllThatIsExhausted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 2 {
		w.notification("89900002", ledger.Exhausted, 5*time.Hour)
	}
	for range maxLimit + 3 {
		w.notification("89900001", ledger.Exhausted, time.Hour)
	}
	want := []Exhaustion{{"89900001", maxLimit + 3}, {"89900002", 2}}
	if got := read[Overview](t, w.get("overview")).Exhausted; !slices.Equal(got, want) {
		t.Errorf("exhausted: %+v, want %+v", got, want)
	}
}

// begun is how many orders the overview counts.
func (o Overview) begun() int {
	n := 0
	for _, bucket := range o.Outcomes {
		for _, orders := range bucket.States {
			n += orders
		}
	}
	return n
}

// Consoles that are open do not have a day's orders counted again and again, nor
// are they shown what another ledger held.
func TestOverviewCountsOutcomesOnceInAWhile(t *testing.T) {
	t.Parallel()
	w, other := newWorld(t), newWorld(t)
	now, served := present, w.served
	w.server = NewServer(zap.NewNop(), func() (Served, bool) { return served, true }, func() time.Time { return now })
	want := func(moment string, orders int) {
		t.Helper()
		if got := read[Overview](t, w.get("overview")).begun(); got != orders {
			t.Errorf("%s: %d orders are counted, want %d", moment, got, orders)
		}
	}
	want("at first", 0)
	w.order("89900001", translate.Paid, time.Hour)
	now = present.Add(grains[LastDay].outcomesAge() - time.Millisecond)
	want("soon after", 0)
	now = present.Add(grains[LastDay].outcomesAge())
	want("later", 1)
	served.Ledger = other.ledger
	want("on another ledger", 0)
	served = w.served
	now = present.Add(-time.Minute)
	want("when the clock was set back", 1)
}

// TestOverviewOfSpans: each span has its own past, and of a week the highest of each
// ten minutes.
func TestOverviewOfSpans(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.order("89900001", translate.Paid, time.Minute)
	w.order("89900001", translate.Paid, 3*time.Hour)
	w.order("89900001", translate.Paid, 50*time.Hour)
	for i, ago := range []time.Duration{50*time.Hour + 5*time.Minute, 50*time.Hour + time.Minute, 3 * time.Hour, 2 * time.Minute} {
		must(w.ledger.AddSample(t.Context(), ledger.Sample{At: present.Add(-ago), Waiting: 1 + i, InDoubt: 9 - i}))
	}
	for _, test := range []struct {
		span                     Span
		begun, buckets, measured int
	}{
		{LastHour, 1, 60, 1}, {LastDay, 2, 144, 2}, {LastWeek, 3, 168, 3},
	} {
		o := read[Overview](t, w.get("overview?span="+string(test.span)))
		if o.Span != test.span || o.begun() != test.begun || len(o.Outcomes) != test.buckets || len(o.Samples) != test.measured {
			t.Errorf("%s: %s, %d orders in %d buckets, %d samples", test.span, o.Span, o.begun(), len(o.Outcomes), len(o.Samples))
		}
		if first := o.Samples[0]; test.span == LastWeek && (first.Waiting != 2 || first.InDoubt != 9 || first.At != present.Add(-50*time.Hour-10*time.Minute)) {
			t.Errorf("of a stretch: %+v", first)
		}
	}
	w.refused(w.get("overview?span=1y"), http.StatusBadRequest, "query.span")
}
