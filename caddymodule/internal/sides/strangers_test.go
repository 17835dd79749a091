package sides

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/route"
)

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

// unread is a bench whose ledger was never read: nobody knows who has orders on v2. Its
// merchant "gone" has one.
func unread(t *testing.T) *bench {
	t.Helper()
	core, logs := observer.New(zap.InfoLevel)
	b := &bench{store: newFakeLedger(), counts: new(counts), logs: logs}
	b.store.orders[payment("gone", "1").key()] = true
	b.Sides = New(b.store, zap.New(core), machine, b.counts)
	t.Cleanup(b.Close)
	return b
}

// Until the ledger was read, a merchant that was taken out cannot be told from one that
// was never there: all are looked up.
func TestStrangersBeforeTheLedgerIsRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := unread(t)
		for _, c := range []struct {
			of   Payment
			want Decision
		}{
			{payment("gone", "1"), Decision{"", TakenOut}},
			{payment("gone", "2"), Decision{route.Old, NotConfigured}},
			{payment("stranger", "1"), Decision{route.Old, NotConfigured}},
			{payment("stranger", ""), Decision{route.Old, NotConfigured}},
		} {
			if got := b.OfStrangersPayment(t.Context(), c.of.Order); got != c.want {
				t.Errorf("%s of %s: %+v, want %+v", c.of.OrderID, c.of.MerID, got, c.want)
			}
			onV2 := func(context.Context) (bool, error) { return b.store.orders[c.of.key()], nil }
			if got := b.OfStranger(t.Context(), Reference{MerID: c.of.MerID, OrderID: c.of.OrderID}, onV2); got != c.want {
				t.Errorf("a query for %s of %s: %+v, want %+v", c.of.OrderID, c.of.MerID, got, c.want)
			}
		}
		if len(b.store.marks) != 2 {
			t.Errorf("marks %v", b.store.marks)
		}
	})
}

// With the ledger away from the start strangers go on, and their payments are made up for:
// what turns out to be on v2 as well is told.
func TestStrangersWhileTheLedgerWasNeverRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := unread(t)
		b.store.set(func() { b.store.silent = true })
		b.Attach(usualKeep)
		began := time.Now()
		for _, merID := range []string{"stranger", "gone", "another"} {
			if got := b.OfStrangersPayment(t.Context(), payment(merID, "1").Order); got != (Decision{route.Old, NotConfigured}) {
				t.Errorf("%s: %+v", merID, got)
			}
			silent := func(ctx context.Context) (bool, error) { <-ctx.Done(); return false, ctx.Err() }
			if got := b.OfStranger(t.Context(), Reference{MerID: merID, OrderID: "2"}, silent); got != (Decision{route.Old, NotConfigured}) {
				t.Errorf("a query of %s: %+v", merID, got)
			}
		}
		if waited := time.Since(began); waited != 2*ledgerPatience { // the first payment and the first query
			t.Errorf("they waited %s", waited)
		}
		b.store.set(func() { b.store.silent = false })
		time.Sleep(time.Minute)
		synctest.Wait()
		lines := b.logs.FilterMessageSnippet("an order is on both sides").All()
		if len(lines) != 1 || lines[0].ContextMap()["merid"] != "gone" || len(b.store.marks) != 2 || b.late.len() != 0 {
			t.Errorf("%v, marks %v, %d wait", lines, b.store.marks, b.late.len())
		}
	})
}

// A number that no order can have is kept nowhere, however long it is, and says nothing
// about the ledger.
func TestNumbersThatNoOrderHas(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := unread(t)
		b.store.set(func() { b.store.silent = true })
		b.OfStrangersPayment(t.Context(), payment("stranger", "1").Order) // finds the ledger away
		long := payment("stranger", strings.Repeat("9", 4<<20))
		for range 2 {
			if got := b.OfStrangersPayment(t.Context(), long.Order); got != (Decision{route.Old, NotConfigured}) {
				t.Errorf("decided %+v", got)
			}
			if got := b.OfPayment(t.Context(), long, route.ToOld); got.Side != route.Old {
				t.Errorf("a merchant's own: %+v", got)
			}
			b.Accepted(long.Order)
			time.Sleep(retryEvery) // the ledger is asked again
		}
		if n := b.late.len(); n != 1 {
			t.Errorf("%d marks wait", n)
		}
		if lines := b.logs.FilterMessageSnippet("again").All(); len(lines) != 0 {
			t.Errorf("the log says of a ledger that is away: %v", lines)
		}
	})
}

// An order that was seen on v2 is remembered, and so is its merchant: with the ledger away
// a repeat does not go to the old gateway, although it was never read who has moved.
func TestOrdersOfV2AreRememberedWithoutTheLedger(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		of := payment("gone", "1")
		onV2 := func(context.Context) (bool, error) { return true, nil }
		for name, seen := range map[string]func(*bench) Decision{
			"by a payment": func(b *bench) Decision { return b.OfStrangersPayment(t.Context(), of.Order) },
			"by a query": func(b *bench) Decision {
				return b.OfStranger(t.Context(), Reference{MerID: of.MerID, OrderID: of.OrderID}, onV2)
			},
		} {
			b := unread(t)
			if got := seen(b); got != (Decision{"", TakenOut}) {
				t.Errorf("%s: %+v", name, got)
			}
			b.store.set(func() { b.store.silent = true })
			if got := b.OfStrangersPayment(t.Context(), of.Order); got != (Decision{"", LedgerAway}) {
				t.Errorf("%s, then with the ledger away: %+v", name, got)
			}
		}
	})
}

// What anybody can make up leaves room for the marks of merchants, and goes on without
// one when its own is used up.
func TestStrangersLeaveRoom(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := unread(t)
		b.store.set(func() { b.store.away = true })
		for i := range maxLateStrange + 10 {
			if got := b.OfStrangersPayment(t.Context(), payment("stranger", fmt.Sprint(i)).Order); got != (Decision{route.Old, NotConfigured}) {
				t.Fatalf("%d: %+v", i, got)
			}
		}
		if b.late.len() != maxLateStrange || b.counts.results[MarkLost] != 10 {
			t.Errorf("%d marks wait, counted %v", b.late.len(), b.counts.results)
		}
		b.moved.know(nil)
		b.mustDecide(t, payment("A", "1"), route.ToOld, Decision{route.Old, LedgerAway})
	})
}

// What the old gateway has accepted of somebody whom the bridge could not verify is on
// record a moment later, and cannot be begun on v2.
func TestAcceptedOrdersAreOnRecord(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		p, onV2 := payment("stranger", "1"), payment("A", "2")
		b.store.set(func() { b.store.orders[onV2.key()] = true })
		for _, accepted := range []Payment{p, p, onV2} {
			b.Accepted(accepted.Order)
		}
		if b.counts.waiting != 0 {
			t.Error("they count as waiting for a ledger that is there, of which an alert tells")
		}
		b.mustDecide(t, p, route.ToV2, Decision{route.Old, OnRecord}) // also before it is written
		time.Sleep(2 * lookEvery)
		synctest.Wait()
		if b.late.len() != 0 || len(b.store.marks) != 1 || b.logs.FilterMessageSnippet("an order is on both sides").Len() != 1 {
			t.Errorf("%d wait, marks %v, the log says %v", b.late.len(), b.store.marks, b.logs.All())
		}
		b.mustDecide(t, p, route.ToV2, Decision{route.Old, OnRecord})
		b.store.set(func() { b.store.away = true })
		for i := range maxLateStrange + 10 {
			b.Accepted(payment("stranger", fmt.Sprint(i)).Order)
		}
		time.Sleep(2 * lookEvery)
		synctest.Wait()
		if n := b.late.len(); n > maxLateStrange || b.counts.waiting != n {
			t.Errorf("%d wait, told are %d", n, b.counts.waiting)
		}
	})
}

// Orders that the old gateway may have accepted are few a day, and take no room from those
// that it has.
func TestWhatTheOldGatewayMayHave(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		may := func(first, n int) {
			for i := range n {
				b.MayHave(route.Order{MerID: "stranger", OrderID: fmt.Sprint(first + i)})
			}
		}
		b.store.set(func() { b.store.away = true })
		may(0, maxLateMayHave+10)
		b.Accepted(route.Order{MerID: "A", OrderID: "1"})
		if n := b.late.len(); n != maxLateMayHave+1 || b.counts.results[MarkLost] != 10 {
			t.Errorf("%d marks wait, counted %v", n, b.counts.results)
		}
		b.store.set(func() { b.store.away = false })
		time.Sleep(2 * lookEvery)
		synctest.Wait()
		b.store.set(func() {
			if n := len(b.store.marks); n != maxLateMayHave+1 {
				t.Errorf("%d are on record", n)
			}
		})
	})
	var d daily
	at, taken := time.Now(), 0
	for range maxMayHave + 10 {
		if d.take(at) {
			taken++
		}
	}
	if taken != maxMayHave || !d.take(at.Add(24*time.Hour)) {
		t.Errorf("%d are taken on one day", taken)
	}
}
