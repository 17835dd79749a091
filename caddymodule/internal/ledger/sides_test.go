package ledger_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/route"
	"github.com/paybridge/paybridge/translate"
)

func mustSide(tb testing.TB, l *ledger.Ledger, k ledger.Key, want route.Side) {
	tb.Helper()
	if side, err := l.Side(tb.Context(), k); err != nil || side != want {
		tb.Errorf("side of %v is %q, error %v, want %q", k, side, err, want)
	}
}

func wantNoMark(tb testing.TB, l *ledger.Ledger, k ledger.Key, want error) {
	tb.Helper()
	fresh, err := l.MarkOld(tb.Context(), k, noon)
	wantError(tb, err, want)
	if fresh {
		tb.Errorf("a mark of %v is fresh", k)
	}
}

func mustMarkOld(tb testing.TB, l *ledger.Ledger, k ledger.Key, at time.Time) {
	tb.Helper()
	if _, err := l.MarkOld(tb.Context(), k, at); err != nil {
		tb.Errorf("marking %v: %v", k, err)
	}
}

func sides(t *testing.T, p place) {
	l := p.open(t)
	old, v2 := sample(1), mustBegin(t, l, sample(2))
	mustSide(t, l, old.Key, "")
	for _, first := range []bool{true, false} {
		if fresh, err := l.MarkOld(t.Context(), old.Key, noon); err != nil || fresh != first {
			t.Errorf("fresh %v, want %v, error %v", fresh, first, err)
		}
	}
	mustSide(t, l, old.Key, route.Old)
	mustSide(t, l, v2.Key, route.V2)
	_, _, err := l.Begin(t.Context(), old)
	wantError(t, err, ledger.ErrOtherSide)
	wantNoMark(t, l, v2.Key, ledger.ErrOtherSide)
	_, err = l.Order(t.Context(), old.Key)
	wantError(t, err, ledger.ErrNotFound)
	if n := countRows(t, l, "old_orders", "true"); n != 1 {
		t.Errorf("%d marks", n)
	}
	namesake := old // of another merchant, which has numbers of its own
	namesake.MerID = "89900002"
	mustSide(t, l, namesake.Key, "")
	mustBegin(t, l, namesake)
	taken := sample(3) // a mark does not hide what else is wrong
	taken.QueryID = v2.QueryID
	_, _, err = l.Begin(t.Context(), taken)
	wantError(t, err, ledger.ErrNumberTaken)
	l.Close()
	l = p.open(t)
	mustSide(t, l, old.Key, route.Old)
}

func sidesWithHostileText(t *testing.T, p place) {
	l := p.open(t)
	k := ledger.Key{MerID: "89900001", OrderID: "2026\x001122\xff'; --"}
	mustMarkOld(t, l, k, noon)
	mustMarkOld(t, l, k, noon)
	mustSide(t, l, k, route.Old)
	o := sample(1)
	o.Key = k
	_, _, err := l.Begin(t.Context(), o)
	wantError(t, err, ledger.ErrOtherSide)
	for _, k := range []ledger.Key{{OrderID: "1"}, {MerID: "1"}, {MerID: "1", OrderID: strings.Repeat("1", 129)}} {
		wantNoMark(t, l, k, ledger.ErrInvalidNumber)
	}
}

func oldOrdersArePruned(t *testing.T, p place) {
	const marks = 1100
	l := p.open(t)
	var all sync.WaitGroup
	for i := range marks {
		all.Go(func() { mustMarkOld(t, l, sample(i).Key, after(time.Duration(i)*time.Second)) })
	}
	all.Wait()
	v2 := mustBegin(t, l, sample(marks))
	steps := 0
	for more := true; more; steps++ {
		var err error
		if more, err = l.PruneOld(t.Context(), after(1000*time.Second)); err != nil {
			t.Fatal(err)
		}
	}
	if steps != 1000/ledger.OldPrunedAtOnce+1 { // the last one finds nothing
		t.Errorf("pruned in %d steps", steps)
	}
	for i, want := range map[int]route.Side{0: "", 999: "", 1000: route.Old, marks - 1: route.Old} {
		mustSide(t, l, sample(i).Key, want)
	}
	mustSide(t, l, v2.Key, route.V2)
	pay(t, l, sample(marks+1), after(1010*time.Second))
	for before, want := range map[time.Duration]time.Time{
		1000 * time.Second: {}, 1050 * time.Second: after(1049 * time.Second), 10_000_000 * time.Second: after((marks - 1) * time.Second),
	} {
		if got, err := l.NewestOrder(t.Context(), after(before)); err != nil || !got.Equal(want) {
			t.Errorf("the newest before %s is of %s, %v, want %s", before, got, err, want)
		}
	}
	mustBegin(t, l, sample(0)) // is forgotten
}

// sidesFollowModel marks and begins at random and compares with a map in which the
// first writer wins.
func sidesFollowModel(t *testing.T, p place) {
	ledgers := bridges(t, p)
	round := 0
	rapid.Check(t, func(rt *rapid.T) {
		round++
		model := map[ledger.Key]route.Side{}
		for i := range rapid.IntRange(1, 20).Draw(rt, "steps") {
			l := rapid.SampledFrom(ledgers).Draw(rt, "bridge")
			o := sample(1000*round + i) // numbers of its own
			o.MerID = rapid.SampledFrom([]string{"A", "B"}).Draw(rt, "merchant")
			o.OrderID = fmt.Sprintf("%d-%d", round, rapid.IntRange(0, 4).Draw(rt, "order"))
			want := rapid.SampledFrom([]route.Side{route.Old, route.V2}).Draw(rt, "side")
			err := give(t, l, o, want)
			if model[o.Key] == "" {
				model[o.Key] = want
			}
			if other := model[o.Key] != want; other != errors.Is(err, ledger.ErrOtherSide) || !other && err != nil {
				rt.Fatalf("%v, which is %s, given to %s: %v", o.Key, model[o.Key], want, err)
			}
			for k, want := range model {
				if side, err := rapid.SampledFrom(ledgers).Draw(rt, "reader").Side(t.Context(), k); err != nil || side != want {
					rt.Fatalf("%v is %q, error %v, want %q", k, side, err, want)
				}
			}
		}
	})
}

// give gives an order a side.
func give(t *testing.T, l *ledger.Ledger, o ledger.Order, to route.Side) error {
	t.Helper()
	if to == route.Old {
		_, err := l.MarkOld(t.Context(), o.Key, noon)
		return err
	}
	_, _, err := l.Begin(t.Context(), o)
	return err
}

// sidesAtOnce lets many give the same orders both sides at the same time, through
// two ledgers where the store allows it.
func sidesAtOnce(t *testing.T, p place) {
	const orders, callers = 60, 8
	ledgers := bridges(t, p)
	var mu sync.Mutex
	var won [orders]map[route.Side]int
	for i := range won {
		won[i] = map[route.Side]int{}
	}
	var all sync.WaitGroup
	for i := range orders * callers {
		all.Go(func() {
			o := sample(1000 + i)
			o.Key = sample(i % orders).Key
			caller := i / orders
			to := []route.Side{route.Old, route.V2}[caller%2]
			err := give(t, ledgers[caller/2%len(ledgers)], o, to)
			switch {
			case err == nil:
				mu.Lock()
				won[i%orders][to]++
				mu.Unlock()
			case !errors.Is(err, ledger.ErrOtherSide):
				t.Error(err)
			}
		})
	}
	all.Wait()
	for i := range orders {
		if len(won[i]) != 1 {
			t.Errorf("order %d was given away as %v", i, won[i])
		}
		for side := range won[i] {
			mustSide(t, ledgers[0], sample(i).Key, side)
		}
	}
	if both := countRows(t, ledgers[0], "orders o", "EXISTS (SELECT 1 FROM old_orders m WHERE m.order_id = o.order_id AND m.mer_id = o.mer_id)"); both != 0 {
		t.Errorf("%d orders are on both sides", both)
	}
}

func merchantsWithOrders(t *testing.T, p place) {
	l := p.open(t)
	for i, merID := range []string{"B", "A", "C", "A", "B"} {
		o := sample(i)
		o.MerID = merID
		mustBegin(t, l, o)
	}
	mustMarkOld(t, l, ledger.Key{MerID: "D", OrderID: "1"}, noon)
	for i, merID := range []string{"AA", "B", "E"} { // of which AA and E have nothing but what was tried
		o := sample(10 + i)
		o.MerID, o.OrderID = merID, translate.NewTryOrderID(noon, fmt.Sprintf("%06d", i))
		mustBegin(t, l, o)
	}
	if got, err := l.MerchantsWithOrders(t.Context()); err != nil || !slices.Equal(got, []string{"A", "B", "C"}) {
		t.Errorf("%q, error %v", got, err)
	}
}

func noMerchantsWithOrders(t *testing.T, p place) {
	if got, err := p.open(t).MerchantsWithOrders(t.Context()); err != nil || len(got) != 0 {
		t.Errorf("%q, error %v", got, err)
	}
}

// oldOrdersByNumber finds the marks of a number, of all merchants; a time that cannot be
// read hides none.
func oldOrdersByNumber(t *testing.T, p place) {
	l := p.open(t)
	for _, merID := range []string{"B", "A", "C"} {
		mustMarkOld(t, l, ledger.Key{MerID: merID, OrderID: "17"}, noon)
	}
	mustMarkOld(t, l, ledger.Key{MerID: "A", OrderID: "18"}, noon)
	find := func(orderID string, want ...string) {
		t.Helper()
		found, err := l.FindOldOrders(t.Context(), orderID, 2)
		var got []string
		for _, o := range found {
			got = append(got, o.MerID+" "+o.OrderID)
			if !o.At.Equal(noon) {
				t.Errorf("%+v", o)
			}
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q, want %q, error %v", got, want, err)
		}
	}
	find("17", "A 17", "B 17") // of which two are wanted
	find("18", "A 18")
	find("19")
	if _, alone := p.(sqlitePlace); !alone {
		return // PostgreSQL lets nothing else stand there
	}
	if err := ledger.Exec(t.Context(), l, `UPDATE old_orders SET at = 'noon' WHERE order_id = '18'`); err != nil {
		t.Fatal(err)
	}
	if found, err := l.FindOldOrders(t.Context(), "18", 2); err != nil || len(found) != 1 || !found[0].At.IsZero() {
		t.Errorf("%+v, error %v", found, err)
	}
}

// Without its row in side_locks an order must get no side: nothing would keep two
// bridges apart. One that has the ledger to itself needs nothing of the kind.
func lostSideLocks(t *testing.T, p place) {
	l := p.open(t)
	if err := ledger.Exec(t.Context(), l, `DELETE FROM side_locks`); err != nil {
		t.Fatal(err)
	}
	want := ledger.ErrUnavailable
	if _, alone := p.(sqlitePlace); alone {
		want = nil
	}
	_, err := l.MarkOld(t.Context(), sample(1).Key, noon)
	wantError(t, err, want)
	_, _, err = l.Begin(t.Context(), sample(2))
	wantError(t, err, want)
}
