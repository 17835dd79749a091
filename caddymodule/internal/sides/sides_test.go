package sides

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/route"
)

func TestPayments(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		old, v2 := payment("A", "1"), payment("A", "2")
		b.mustDecide(t, old, route.ToOld, Decision{route.Old, ByRoute})
		b.mustDecide(t, old, route.ToV2, Decision{route.Old, OnRecord})
		b.mustDecide(t, v2, route.ToV2, Decision{route.V2, ByRoute})
		if err := b.store.begin(v2.key()); err != nil {
			t.Fatal(err)
		}
		b.mustDecide(t, v2, route.ToOld, Decision{route.V2, OnRecord})
		asked := b.store.asked
		for range 10 {
			b.mustDecide(t, old, route.ToV2, Decision{route.Old, OnRecord})
			b.mustDecide(t, v2, route.ToOld, Decision{route.V2, OnRecord})
		}
		if b.store.asked != asked {
			t.Errorf("the ledger was asked %d times about what is known", b.store.asked-asked)
		}
		forged := payment("A", "3")
		forged.Verified = false
		b.mustDecide(t, forged, route.ToOld, Decision{route.Old, ByRoute})
		b.mustDecide(t, forged, route.ToV2, Decision{route.V2, ByRoute})
		forged.OrderID = "1"
		b.mustDecide(t, forged, route.ToV2, Decision{route.Old, OnRecord})
		b.mustDecide(t, payment("A", ""), route.ToOld, Decision{route.Old, ByRoute})
		if len(b.store.marks) != 1 {
			t.Errorf("marks %v", b.store.marks)
		}
	})
}

// A payment that another bridge begins on v2 between the look and the mark is v2's.
func TestMarkLosesAgainstAnOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		p := payment("A", "1")
		if err := b.store.begin(p.key()); err != nil {
			t.Fatal(err)
		}
		if got, want := b.mark(t.Context(), p, b.withoutV2("A", route.ToOld)), (Decision{route.V2, OnRecord}); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	})
}

// A payment costs the ledger one write and nothing else; a repeat that comes through
// another bridge is told from it.
func TestMarkIsOneWrite(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		asked := b.store.asked
		for i := range 10 {
			b.mustDecide(t, payment("A", fmt.Sprint(i)), route.ToOld, Decision{route.Old, ByRoute})
		}
		if n := b.store.asked - asked; n != 10 || b.counts.awaited != 10 {
			t.Errorf("the ledger was asked %d times for 10 marks, %d were awaited", n, b.counts.awaited)
		}
		b.known = newCache(knownSides, time.Now)
		b.mustDecide(t, payment("A", "7"), route.ToOld, Decision{route.Old, OnRecord})
		b.mustDecide(t, payment("A", "7"), route.ToV2, Decision{route.Old, OnRecord})
		if b.counts.results[Marked] != 10 {
			t.Errorf("counted %v", b.counts.results)
		}
	})
}

// Whatever keeps a mark from being written, a bug of ours too, nothing goes to the old
// gateway without it or a place for it.
func TestNoMarkNoPass(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.store.set(func() { b.store.buggy = true })
		b.mustDecide(t, payment("A", "1"), route.ToOld, Decision{route.Old, LedgerAway})
		b.moved.add("B")
		b.mustDecide(t, payment("B", "1"), route.ToOld, Decision{"", LedgerAway})
		time.Sleep(2 * lookEvery)
		synctest.Wait()
		if !b.late.has(payment("A", "1").key()) {
			t.Error("the mark that could not be written is forgotten")
		}
		b.store.set(func() { b.store.buggy = false })
		time.Sleep(2 * lookEvery)
		synctest.Wait()
		if len(b.store.marks) != 1 || b.late.len() != 0 {
			t.Errorf("%d marks, %d wait", len(b.store.marks), b.late.len())
		}
	})
}

func TestReferences(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		onV2 := func(has bool, err error) func(context.Context) (bool, error) {
			return func(context.Context) (bool, error) { return has, err }
		}
		for name, c := range map[string]struct {
			has  bool
			err  error
			r    route.Route
			want Decision
		}{
			"an order of v2":                  {true, nil, route.ToOld, Decision{route.V2, OnRecord}},
			"a number nobody knows":           {false, nil, route.ToV2, Decision{route.Old, UnknownOrder}},
			"ledger away, never on v2":        {false, ledger.ErrUnavailable, route.ToOld, Decision{route.Old, LedgerAway}},
			"ledger away, the route is to v2": {false, ledger.ErrUnavailable, route.ToV2, Decision{"", LedgerAway}},
		} {
			if got := b.OfReference(t.Context(), Reference{MerID: "A"}, c.r, onV2(c.has, c.err)); got != c.want {
				t.Errorf("%s: %+v, want %+v", name, got, c.want)
			}
			time.Sleep(retryEvery)
		}
		b.mustDecide(t, payment("A", "1"), route.ToOld, Decision{route.Old, ByRoute})
		asks := func(context.Context) (bool, error) { t.Error("asked about what is known"); return false, nil }
		if got := b.OfReference(t.Context(), Reference{MerID: "A", OrderID: "1"}, route.ToV2, asks); got.Side != route.Old {
			t.Errorf("%+v", got)
		}
	})
}

func TestOldMarksAreForgotten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.mustDecide(t, payment("A", "1"), route.ToOld, Decision{route.Old, ByRoute})
		b.Attach(time.Hour)
		b.Detach(usualKeep)
		time.Sleep(59 * time.Minute)
		b.mustDecide(t, payment("A", "2"), route.ToOld, Decision{route.Old, ByRoute})
		time.Sleep(3 * pruneEvery)
		synctest.Wait()
		if marks := slices.Collect(maps.Keys(b.store.marks)); len(marks) != 1 || marks[0].OrderID != "2" {
			t.Errorf("marks %v", marks)
		}
	})
}

// Millions of marks are too old at once, because somebody keeps them for less long: while they
// are forgotten, one that waits is written within seconds, and it is seen who is on v2.
func TestForgettingKeepsNobodyWaiting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		time.Sleep(2 * pruneEvery)
		b.store.set(func() { b.store.steps = 20_000 }) // 100 s of rests alone
		time.Sleep(pruneEvery + 5*time.Second)
		b.Accepted(route.Order{MerID: "A", OrderID: "1"})
		if err := b.store.begin(ledger.Key{MerID: "B", OrderID: "2"}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(3 * lookEvery)
		synctest.Wait()
		b.store.set(func() {
			if b.store.steps == 0 {
				t.Error("all was forgotten before anybody waited")
			}
			if _, written := b.store.marks[ledger.Key{MerID: "A", OrderID: "1"}]; !written {
				t.Error("the mark waits")
			}
		})
		if !b.moved.has("B") {
			t.Error("nobody knows that B is on v2")
		}
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		if b.store.set(func() {}); b.store.steps != 0 {
			t.Errorf("%d steps are left", b.store.steps)
		}
	})
}

// A bridge on SQLite starts on a machine whose clock is years ahead, and goes by it until it
// stops. What was marked before is forgotten when the bridge has run for long enough, and
// not by that clock; what is marked by it, as ever.
func TestMarksOutliveAClockThatIsAhead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const ahead = 3 * 365 * 24 * time.Hour
		b := newBenchOf(t, func(s *fakeLedger) Clock {
			s.marks[payment("A", "long ago").key()] = time.Now().Add(-usualKeep)
			s.marks[payment("A", "before").key()] = time.Now().Add(-time.Hour)
			now := func() time.Time { return time.Now().Add(ahead) }
			return Clock{now, func() bool { return true }}
		})
		wantMarks := func(want ...string) {
			t.Helper()
			synctest.Wait()
			var marks []string
			for k := range b.store.marks {
				marks = append(marks, k.OrderID)
			}
			slices.Sort(marks)
			if !slices.Equal(marks, want) {
				t.Errorf("marks %q, want %q", marks, want)
			}
		}
		b.mustDecide(t, payment("A", "now"), route.ToOld, ToOld(ByRoute))
		time.Sleep(3 * pruneEvery)
		wantMarks("before", "long ago", "now")
		time.Sleep(2 * time.Hour)
		wantMarks("before", "now")
		time.Sleep(usualKeep)
		wantMarks("now")
	})
}

// TestMarksAreForgottenAfterARestart: the last merchant has moved, so that no marks come any
// more, and the bridge is started anew more often than marks are kept. What v2 has on record
// bears out the time as well.
func TestMarksAreForgottenAfterARestart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBenchOf(t, func(s *fakeLedger) Clock {
			s.marks[payment("A", "long ago").key()] = time.Now().Add(-usualKeep - time.Hour)
			s.paid = time.Now().Add(-time.Minute)
			return Clock{time.Now, func() bool { return true }}
		})
		time.Sleep(3 * pruneEvery)
		synctest.Wait()
		if len(b.store.marks) != 0 {
			t.Error("the mark is kept")
		}
	})
}

// A configuration that is loaded beside another, and may yet fail to start, makes nothing
// be forgotten that the other keeps.
func TestTheLongestKeepHolds(t *testing.T) {
	t.Parallel()
	for name, serving := range map[string]time.Duration{"keeps for longer": usualKeep, "has no old gateway": Forever} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t)
				b.Attach(serving)
				b.Detach(usualKeep)
				b.mustDecide(t, payment("A", "1"), route.ToOld, Decision{route.Old, ByRoute})
				time.Sleep(2 * time.Hour)
				b.Attach(time.Hour)
				time.Sleep(3 * pruneEvery)
				b.Detach(time.Hour) // it has failed to start
				time.Sleep(3 * pruneEvery)
				synctest.Wait()
				if len(b.store.marks) != 1 {
					t.Error("the mark is forgotten")
				}
				b.Attach(time.Hour)
				b.Detach(serving) // a reload that succeeds
				time.Sleep(3 * pruneEvery)
				synctest.Wait()
				if len(b.store.marks) != 0 {
					t.Error("the mark is kept")
				}
			})
		})
	}
}

// A bridge that does not get to serve forgets nothing: its keep may be what is wrong.
func TestNothingIsForgottenAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := newFakeLedger()
		store.marks[payment("A", "1").key()] = time.Now().Add(-2 * time.Hour)
		s := New(store, zap.NewNop(), machine, new(counts))
		defer s.Close()
		s.Attach(time.Hour)
		synctest.Wait()
		s.Detach(time.Hour)
		time.Sleep(3 * pruneEvery)
		synctest.Wait()
		if len(store.marks) != 1 {
			t.Error("the mark is forgotten")
		}
	})
}

// A mark may be forgotten for its age, and its order be begun on v2 by another bridge:
// this one must not go by its memory for long.
func TestForgottenOrderIsBegunElsewhere(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		p, v2 := payment("A", "1"), payment("A", "2")
		b.mustDecide(t, p, route.ToOld, Decision{route.Old, ByRoute})
		if err := b.store.begin(v2.key()); err != nil {
			t.Fatal(err)
		}
		b.mustDecide(t, v2, route.ToOld, Decision{route.V2, OnRecord})
		b.store.set(func() { delete(b.store.marks, p.key()) })
		if err := b.store.begin(p.key()); err != nil { // by the other bridge
			t.Fatal(err)
		}
		time.Sleep(oldKnownFor)
		onV2 := func(context.Context) (bool, error) { return true, nil }
		if got := b.OfReference(t.Context(), Reference{MerID: "A", OrderID: "1"}, route.ToV2, onV2); got != (Decision{route.V2, OnRecord}) {
			t.Errorf("a query: %+v", got)
		}
		b.mustDecide(t, p, route.ToOld, Decision{route.V2, OnRecord})
		time.Sleep(oldKnownFor)
		synctest.Wait()
		asked := b.store.asked
		b.mustDecide(t, p, route.ToOld, Decision{route.V2, OnRecord})
		b.mustDecide(t, v2, route.ToOld, Decision{route.V2, OnRecord})
		if b.store.asked != asked {
			t.Error("the ledger was asked about orders of v2, whose side never changes")
		}
	})
}

func TestCacheIsBounded(t *testing.T) {
	t.Parallel()
	c := newCache(100, time.Now)
	for i := range 1000 {
		c.put(ledger.Key{OrderID: fmt.Sprint(i)}, route.Old)
		if n := len(c.young) + len(c.older); n > 100 {
			t.Fatalf("%d sides are kept", n)
		}
		if c.get(ledger.Key{OrderID: fmt.Sprint(i)}) != route.Old || c.get(ledger.Key{OrderID: "1000"}) != "" {
			t.Fatal("what was put is not there")
		}
	}
}
