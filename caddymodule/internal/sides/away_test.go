package sides

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/route"
)

// With the ledger away, a merchant that never had an order on v2 goes on, and marks
// are made up for; of others nothing is known.
func TestLedgerAway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		moved := payment("B", "1")
		b.mustDecide(t, moved, route.ToV2, Decision{route.V2, ByRoute})
		b.store.set(func() { b.store.away = true })
		began := time.Now()
		for i := range 200 {
			b.mustDecide(t, payment("A", fmt.Sprint(i)), route.ToOld, Decision{route.Old, LedgerAway})
			b.mustDecide(t, payment("A", fmt.Sprint(i)), route.ToOld, Decision{route.Old, OnRecord}) // a repeat
		}
		b.mustDecide(t, payment("A", "201"), route.ToShadow, Decision{route.Old, LedgerAway})
		b.mustDecide(t, payment("A", "202"), route.ToV2, Decision{"", LedgerAway})
		b.mustDecide(t, payment("B", "2"), route.ToOld, Decision{"", LedgerAway}) // its route went back
		if n := b.logs.FilterMessageSnippet("cannot be looked up").Len(); n != 1 {
			t.Errorf("%d lines say that the ledger is away", n)
		}
		time.Sleep(time.Minute)
		b.store.set(func() { b.store.away = false })
		time.Sleep(2 * lookEvery)
		synctest.Wait()
		if len(b.store.marks) != 201 || b.counts.results[MarkedLate] != 201 || b.counts.waiting != 0 || b.late.len() != 0 {
			t.Errorf("%d marks, counted %v, %d wait", len(b.store.marks), b.counts.results, b.late.len())
		}
		for k, at := range b.store.marks {
			if !at.Equal(began) {
				t.Errorf("%v was first seen at %s, marked with %s", k, began, at)
			}
		}
		if n := b.logs.FilterMessageSnippet("can be looked up again").Len(); n != 1 {
			t.Errorf("%d lines say that the ledger is back", n)
		}
		b.mustDecide(t, payment("A", "7"), route.ToV2, Decision{route.Old, OnRecord})
	})
}

// Nobody waits for a ledger that does not answer but the first who ask, each second.
func TestSilentLedgerHoldsUpFew(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.store.set(func() { b.store.silent = true })
		began := time.Now()
		b.mustDecide(t, payment("A", "0"), route.ToOld, Decision{route.Old, LedgerAway})
		if waited := time.Since(began); waited != ledgerPatience {
			t.Errorf("the first waited %s", waited)
		}
		began = time.Now()
		for i := range 100 {
			b.mustDecide(t, payment("A", fmt.Sprint(1+i)), route.ToOld, Decision{route.Old, LedgerAway})
		}
		if waited := time.Since(began); waited != 0 {
			t.Errorf("the others waited %s", waited)
		}
		b.store.set(func() { b.store.silent = false })
	})
}

// Before the ledger was ever read nobody knows who is on v2.
func TestLedgerAwayFromTheStart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := newFakeLedger()
		store.away = true
		s := New(store, zap.NewNop(), machine, new(counts))
		defer s.Close()
		s.Attach(time.Hour)
		synctest.Wait()
		if got := s.OfPayment(t.Context(), payment("A", "1"), route.ToOld); got.Side != "" {
			t.Errorf("%+v", got)
		}
	})
}

// No payment goes anywhere without its mark, or a place for it.
func TestTooManyMarksWait(t *testing.T) {
	t.Parallel()
	var l late
	for i := range maxLate {
		if !l.add(ledger.Key{MerID: "A", OrderID: fmt.Sprint(i)}, maxLate) {
			t.Fatalf("no room for %d", i)
		}
	}
	if l.add(ledger.Key{MerID: "A", OrderID: "one more"}, maxLate) || !l.add(ledger.Key{MerID: "A", OrderID: "7"}, maxLate) {
		t.Error("there is room for one more, or none for one that is there")
	}
}

// An order that was passed on without its mark and begun on v2 elsewhere is told by
// its number: nothing else can be done about it here.
func TestOrderOnBothSidesIsTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.store.set(func() { b.store.away = true })
		p := payment("A", "1")
		b.mustDecide(t, p, route.ToOld, Decision{route.Old, LedgerAway})
		b.store.set(func() { b.store.away = false; b.store.orders[p.key()] = true })
		time.Sleep(2 * lookEvery)
		synctest.Wait()
		lines := b.logs.FilterMessageSnippet("an order is on both sides").All()
		if len(lines) != 1 || lines[0].ContextMap()["orderid"] != "1" || b.counts.results[MarkRefused] != 1 || b.late.len() != 0 {
			t.Errorf("%v, counted %v, %d wait", lines, b.counts.results, b.late.len())
		}
	})
}

// A client that hangs up says nothing about the ledger.
func TestHungUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.store.set(func() { b.store.silent = true })
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(errors.New("hung up")) })
		if got := b.OfPayment(ctx, payment("A", "1"), route.ToOld); got.Side != "" || b.late.len() != 0 {
			t.Errorf("%+v, %d marks wait", got, b.late.len())
		}
		if b.reads.retry.Load() != 0 || b.logs.Len() != 0 {
			t.Errorf("the ledger counts as away: %v", b.logs.All())
		}
		b.store.set(func() { b.store.silent = false })
	})
}

// A disk is full: the ledger is read and takes no mark. That is told once, however many
// questions it answers in between.
func TestLedgerThatIsReadOnly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.store.set(func() { b.store.full = true })
		for i := range 20 {
			b.mustDecide(t, payment("A", fmt.Sprint(i)), route.ToOld, ToOld(LedgerAway))
			b.mustDecide(t, payment("B", fmt.Sprint(i)), route.ToV2, Decision{route.V2, ByRoute})
			time.Sleep(100 * time.Millisecond)
		}
		again := b.logs.FilterMessageSnippet("again").Len()
		if n := b.logs.FilterMessageSnippet("cannot be put on record").Len(); n != 1 || again != 0 {
			t.Errorf("told %d times, and %d times that it is over: %v", n, again, b.logs.All())
		}
		b.store.set(func() { b.store.full = false })
		time.Sleep(3 * lookEvery)
		if n := b.logs.FilterMessageSnippet("can be put on record again").Len(); n != 1 || b.late.len() != 0 {
			t.Errorf("told %d times that it is over; %d marks wait", n, b.late.len())
		}
	})
}

// A row that cannot be read is an answer: its order has no side, and of all others the
// ledger is asked as before.
func TestDamagedRowIsNoOutage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		damaged := func(context.Context) (bool, error) { return false, errRow }
		for _, r := range []route.Route{route.ToOld, route.ToV2} {
			if got := b.OfReference(t.Context(), Reference{MerID: "A", OrderID: "1"}, r, damaged); got != (Decision{"", LedgerAway}) {
				t.Errorf("a query by route %s: %+v", r, got)
			}
			b.store.set(func() { b.store.broken = true })
			b.mustDecide(t, payment("A", "1"), r, Decision{"", LedgerAway})
			b.store.set(func() { b.store.broken = false })
		}
		b.mustDecide(t, payment("A", "2"), route.ToOld, Decision{route.Old, ByRoute})
		if b.late.len() != 0 || b.logs.Len() != 0 {
			t.Errorf("%d marks wait, the log says %v", b.late.len(), b.logs.All())
		}
	})
}

// A bridge that is stopped writes down what still waits, where the ledger is back or that
// is quickly found out; what cannot be written is told.
func TestCloseMakesUp(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		silent   bool
		marks    int
		lines    int
		atMost   time.Duration
		waitsFor int
	}{
		"the ledger is back":   {false, 3, 0, 0, 0},
		"the ledger is silent": {true, 0, 1, closePatience, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t)
				b.store.set(func() { b.store.away = true })
				for i := range 3 {
					b.mustDecide(t, payment("A", fmt.Sprint(i)), route.ToOld, Decision{route.Old, LedgerAway})
				}
				b.store.set(func() { b.store.away, b.store.silent = false, c.silent })
				began := time.Now()
				b.Close()
				if took := time.Since(began); took > c.atMost {
					t.Errorf("it took %s", took)
				}
				if lines := b.logs.FilterMessageSnippet("stopped with orders").Len(); len(b.store.marks) != c.marks || lines != c.lines || b.counts.waiting != c.waitsFor {
					t.Errorf("%d marks, %d lines, %d wait", len(b.store.marks), lines, b.counts.waiting)
				}
			})
		})
	}
}

// setClock is a bridge's clock, which is wrong until the database has told the time.
type setClock struct {
	known atomic.Bool
	wrong time.Duration // how far it is ahead until then
}

func (c *setClock) now() time.Time {
	if c.known.Load() {
		return time.Now()
	}
	return time.Now().Add(c.wrong)
}

// A bridge that has started while the database was away, on a machine whose clock is wrong:
// nothing is forgotten by that clock, nothing is dated by it, and when the database has told
// the time the ledger is asked again at once.
func TestTimeIsNotKnownYet(t *testing.T) {
	t.Parallel()
	for name, wrong := range map[string]time.Duration{"ahead": 3 * usualKeep, "behind": -3 * usualKeep} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newBenchOf(t, func(s *fakeLedger) Clock {
					s.marks[payment("A", "before").key()] = time.Now().Add(-time.Hour)
					c := &setClock{wrong: wrong}
					time.AfterFunc(3*pruneEvery, func() { c.known.Store(true) })
					return Clock{c.now, c.known.Load}
				})
				seen := time.Now()
				b.store.set(func() { b.store.away = true })
				b.mustDecide(t, payment("A", "away"), route.ToOld, ToOld(LedgerAway))
				b.store.set(func() { b.store.away = false })
				time.Sleep(lookEvery)
				synctest.Wait()
				b.mustDecide(t, payment("A", "untimed"), route.ToOld, ToOld(LedgerAway))
				time.Sleep(2 * pruneEvery)
				synctest.Wait()
				if len(b.store.marks) != 1 {
					t.Errorf("marks %v, want the one from before alone", b.store.marks)
				}
				b.store.set(func() { b.store.away = true })
				b.mustDecide(t, payment("A", "away once more"), route.ToOld, ToOld(LedgerAway))
				b.store.set(func() { b.store.away = false })
				time.Sleep(pruneEvery)
				b.mustDecide(t, payment("A", "later"), route.ToOld, ToOld(ByRoute))
				time.Sleep(2 * pruneEvery)
				synctest.Wait()
				for number, want := range map[string]time.Time{"away": seen, "untimed": seen.Add(lookEvery), "before": seen.Add(-time.Hour)} {
					if at := b.store.marks[payment("A", number).key()]; !at.Equal(want) {
						t.Errorf("order %s is marked with %s, want %s", number, at, want)
					}
				}
			})
		})
	}
}

// The clock is set back while the ledger counts as away: it is asked again at once, and
// not when the clock has come there once more.
func TestClockIsSetBackWhileTheLedgerIsAway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &setClock{wrong: 8 * time.Hour}
		b := newBenchOf(t, func(*fakeLedger) Clock { return Clock{c.now, machine.Known} })
		b.store.set(func() { b.store.away = true })
		b.mustDecide(t, payment("A", "1"), route.ToOld, ToOld(LedgerAway))
		b.store.set(func() { b.store.away = false })
		c.known.Store(true)
		b.mustDecide(t, payment("A", "2"), route.ToOld, ToOld(ByRoute))
	})
}

// A request whose own time is over says nothing about the ledger: others are not kept
// from asking it.
func TestTimeThatIsOverIsNoOutage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.store.set(func() { b.store.silent = true })
		ctx, cancel := context.WithTimeout(t.Context(), ledgerPatience/2)
		defer cancel()
		if d := b.OfPayment(ctx, payment("A", "1"), route.ToV2); d != (Decision{"", LedgerAway}) {
			t.Errorf("decided %+v", d)
		}
		if n := b.logs.FilterMessageSnippet("cannot be looked up").Len(); n != 0 || b.marks.wasAway(b.now()) || b.reads.wasAway(b.now()) {
			t.Errorf("%d lines say that the ledger is away", n)
		}
	})
}
