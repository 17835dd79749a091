package sides

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
	"pgregory.net/rapid"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/route"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// fakeLedger is a ledger in memory that can be away.
type fakeLedger struct {
	mu     sync.Mutex
	away   bool
	silent bool // answers nothing, until the caller gives up
	buggy  bool // panics while it marks
	marks  map[ledger.Key]time.Time
	orders map[ledger.Key]bool
	asked  int
}

func newFakeLedger() *fakeLedger {
	return &fakeLedger{marks: map[ledger.Key]time.Time{}, orders: map[ledger.Key]bool{}}
}

// use runs f where the ledger is there.
func (l *fakeLedger) use(ctx context.Context, f func() error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked++
	if l.silent {
		l.mu.Unlock()
		<-ctx.Done()
		l.mu.Lock()
		return fmt.Errorf("%w: %w", ledger.ErrUnavailable, ctx.Err())
	}
	if l.away {
		return ledger.ErrUnavailable
	}
	return f()
}

func (l *fakeLedger) Side(ctx context.Context, k ledger.Key) (side route.Side, err error) {
	err = l.use(ctx, func() error {
		switch _, marked := l.marks[k]; {
		case l.orders[k]:
			side = route.V2
		case marked:
			side = route.Old
		}
		return nil
	})
	return side, err
}

func (l *fakeLedger) MarkOld(ctx context.Context, k ledger.Key, at time.Time) (fresh bool, err error) {
	err = l.use(ctx, func() error {
		if l.buggy {
			return errBug
		}
		if l.orders[k] {
			return ledger.ErrOtherSide
		}
		if _, marked := l.marks[k]; !marked {
			l.marks[k], fresh = at, true
		}
		return nil
	})
	return fresh, err
}

var errBug = errors.New("panic while marking")

// begin is what the bridge does with an order of v2.
func (l *fakeLedger) begin(k ledger.Key) error {
	return l.use(context.Background(), func() error {
		if _, marked := l.marks[k]; marked {
			return ledger.ErrOtherSide
		}
		l.orders[k] = true
		return nil
	})
}

func (l *fakeLedger) PruneOld(ctx context.Context, before time.Time) (more bool, err error) {
	return false, l.use(ctx, func() error {
		maps.DeleteFunc(l.marks, func(_ ledger.Key, at time.Time) bool { return at.Before(before) })
		return nil
	})
}

func (l *fakeLedger) MerchantsWithOrders(ctx context.Context) (list []string, err error) {
	err = l.use(ctx, func() error {
		for k := range l.orders {
			list = append(list, k.MerID)
		}
		return nil
	})
	return list, err
}

func (l *fakeLedger) set(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f()
}

// counts counts what an observer is told.
type counts struct {
	mu      sync.Mutex
	results map[MarkResult]int
	waiting int
	awaited int
}

func (c *counts) OrderMarked(r MarkResult) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.results == nil {
		c.results = map[MarkResult]int{}
	}
	c.results[r]++
}

func (c *counts) MarksWaiting(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waiting = n
}

// MarkAwaited implements Observer.
func (c *counts) MarkAwaited(time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.awaited++
}

// bench is Sides with a ledger and an observer of the test's own, in a bubble.
type bench struct {
	*Sides
	store  *fakeLedger
	counts *counts
	logs   *observer.ObservedLogs
}

func newBench(t *testing.T) *bench {
	t.Helper()
	core, logs := observer.New(zap.InfoLevel)
	b := &bench{store: newFakeLedger(), counts: new(counts), logs: logs}
	b.Sides = New(b.store, zap.New(core), time.Now, b.counts)
	t.Cleanup(b.Close)
	b.Use(30 * 24 * time.Hour)
	synctest.Wait() // it has read who is on v2
	return b
}

func payment(merID, orderID string) Payment {
	return Payment{Order: route.Order{MerID: merID, OrderID: orderID, Action: v1.WxSao}, Verified: true}
}

func (b *bench) mustDecide(t *testing.T, p Payment, r route.Route, want Decision) {
	t.Helper()
	if got := b.OfPayment(t.Context(), p, r); got != want {
		t.Errorf("payment %s of %s by route %s: %+v, want %+v", p.OrderID, p.MerID, r, got, want)
	}
}

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
		if got, want := b.mark(t.Context(), p, route.ToOld), (Decision{route.V2, OnRecord}); got != want {
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
		b.known = newCache(knownSides)
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

// A merchant that is not configured is the old gateway's, but for orders that it has on
// v2: it was taken out of the configuration.
func TestStrangers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.mustDecide(t, payment("gone", "1"), route.ToV2, Decision{route.V2, ByRoute})
		for name, c := range map[string]struct {
			merID string
			has   bool
			err   error
			want  Decision
		}{
			"nobody":                        {"", true, nil, Decision{route.Old, NotConfigured}},
			"never on v2":                   {"stranger", true, nil, Decision{route.Old, NotConfigured}},
			"never on v2, ledger away":      {"stranger", false, ledger.ErrUnavailable, Decision{route.Old, NotConfigured}},
			"taken out, an order of v2":     {"gone", true, nil, Decision{"", TakenOut}},
			"taken out, any other order":    {"gone", false, nil, Decision{route.Old, NotConfigured}},
			"taken out, the ledger is away": {"gone", false, ledger.ErrUnavailable, Decision{"", LedgerAway}},
		} {
			got := b.OfStranger(t.Context(), Reference{MerID: c.merID, OrderID: "1"}, func(context.Context) (bool, error) { return c.has, c.err })
			if got != c.want {
				t.Errorf("%s: %+v, want %+v", name, got, c.want)
			}
			time.Sleep(retryEvery)
		}
	})
}

// New orders of a merchant that was taken out are on record: it may be put back.
func TestPaymentsOfStrangers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		onV2 := payment("gone", "1")
		b.mustDecide(t, onV2, route.ToV2, Decision{route.V2, ByRoute})
		if err := b.store.begin(onV2.key()); err != nil {
			t.Fatal(err)
		}
		for name, c := range map[string]struct {
			of   Payment
			want Decision
			then Decision // when its merchant is configured, with a route to v2
		}{
			"never on v2":                {payment("stranger", "1"), Decision{route.Old, NotConfigured}, Decision{route.V2, ByRoute}},
			"taken out, an order of v2":  {onV2, Decision{"", TakenOut}, Decision{route.V2, OnRecord}},
			"taken out, any other order": {payment("gone", "2"), Decision{route.Old, NotConfigured}, Decision{route.Old, OnRecord}},
		} {
			if got := b.OfStrangersPayment(t.Context(), c.of.Order); got != c.want {
				t.Errorf("%s: %+v, want %+v", name, got, c.want)
			}
			b.mustDecide(t, c.of, route.ToV2, c.then)
		}
	})
}

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
		s := New(store, zap.NewNop(), time.Now, new(counts))
		defer s.Close()
		s.Use(time.Hour)
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
		if !l.add(ledger.Key{MerID: "A", OrderID: fmt.Sprint(i)}, time.Now()) {
			t.Fatalf("no room for %d", i)
		}
	}
	if l.add(ledger.Key{MerID: "A", OrderID: "one more"}, time.Now()) || !l.add(ledger.Key{MerID: "A", OrderID: "7"}, time.Now()) {
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
		if b.retry.Load() != 0 || b.logs.Len() != 0 {
			t.Errorf("the ledger counts as away: %v", b.logs.All())
		}
		b.store.set(func() { b.store.silent = false })
	})
}

func TestOldMarksAreForgotten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.mustDecide(t, payment("A", "1"), route.ToOld, Decision{route.Old, ByRoute})
		b.Use(time.Hour)
		time.Sleep(59 * time.Minute)
		b.mustDecide(t, payment("A", "2"), route.ToOld, Decision{route.Old, ByRoute})
		time.Sleep(3 * pruneEvery)
		synctest.Wait()
		if marks := slices.Collect(maps.Keys(b.store.marks)); len(marks) != 1 || marks[0].OrderID != "2" {
			t.Errorf("marks %v", marks)
		}
	})
}

func TestCacheIsBounded(t *testing.T) {
	t.Parallel()
	c := newCache(100)
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

// Whatever routes say, ledgers do and clients repeat: no order is ever served on two
// sides, by any of two bridges, and none of the old side without a mark or a place
// for it.
func TestNoOrderHasTwoSides(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		store := newFakeLedger()
		bridges := []*Sides{}
		for range 2 {
			s := New(store, zap.NewNop(), time.Now, new(counts))
			defer s.Close()
			s.moved.know(nil)
			bridges = append(bridges, s)
		}
		served := map[ledger.Key]route.Side{}
		everMoved := map[string]bool{}
		for range rapid.IntRange(1, 60).Draw(rt, "steps") {
			s := rapid.SampledFrom(bridges).Draw(rt, "bridge")
			p := payment(rapid.SampledFrom([]string{"A", "B"}).Draw(rt, "merchant"), fmt.Sprint(rapid.IntRange(0, 6).Draw(rt, "order")))
			p.Action = rapid.SampledFrom([]v1.Action{v1.WxSao, v1.AliCode, "Odd"}).Draw(rt, "action")
			p.Verified = rapid.IntRange(0, 9).Draw(rt, "signature") > 0
			r := rapid.SampledFrom([]route.Route{route.ToOld, route.ToV2, {Mode: route.ModeV2, Percent: 40}}).Draw(rt, "route")
			store.away = rapid.IntRange(0, 4).Draw(rt, "away") == 0
			s.retry.Store(0)
			for _, other := range bridges { // what every bridge does within a second
				if everMoved[p.MerID] {
					other.moved.add(p.MerID)
				}
				if err := other.makeUp(context.Background()); err != nil && !store.away {
					rt.Fatal(err)
				}
			}
			d := s.OfPayment(context.Background(), p, r)
			if d.Side == "" || !p.Verified { // what is not verified is refused, by either side
				continue
			}
			if d.Side == route.V2 {
				switch err := store.begin(p.key()); {
				case errors.Is(err, ledger.ErrOtherSide):
					d.Side = route.Old // and is passed on
				case err != nil:
					continue // hears 96
				}
				everMoved[p.MerID] = true
			}
			if was := served[p.key()]; was != "" && was != d.Side {
				rt.Fatalf("%v was served by %s, then by %s (%s)", p.key(), was, d.Side, d.Cause)
			}
			served[p.key()] = d.Side
			if _, marked := store.marks[p.key()]; d.Side == route.Old && !marked && !s.late.has(p.key()) {
				rt.Fatalf("%v went to the old gateway without a mark", p.key())
			}
		}
	})
}
