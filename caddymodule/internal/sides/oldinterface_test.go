package sides

import (
	"testing"
	"testing/synctest"

	"github.com/paybridge/paybridge/caddymodule/internal/route"
)

// What an interface of the old gateway alone does with an order is not known here. So the
// order is the old gateway's from then on, wherever new ones go, and one of v2 gets there
// never, not even without the ledger.
func TestOldInterfaces(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		onV2, later := payment("moved", "1"), payment("moved", "2")
		b.mustDecide(t, onV2, route.ToV2, Decision{route.V2, ByRoute})
		if err := b.store.begin(onV2.key()); err != nil {
			t.Fatal(err)
		}
		for name, c := range map[string]struct {
			of   Payment
			r    route.Route
			away bool
			want Decision
			then Decision // of a payment with the number
		}{
			"a new number":               {payment("moved", "3"), route.ToV2, false, ToOld(NotServed), ToOld(OnRecord)},
			"a new number, routed there": {payment("stays", "1"), route.ToOld, false, ToOld(NotServed), ToOld(OnRecord)},
			"an order of v2":             {onV2, route.ToV2, false, Decision{"", OnlyOld}, Decision{route.V2, OnRecord}},
			"of v2, turned back":         {onV2, route.ToOld, false, Decision{"", OnlyOld}, Decision{route.V2, OnRecord}},
			"ledger away, moved":         {later, route.ToV2, true, Decision{"", LedgerAway}, Decision{route.V2, ByRoute}},
			"ledger away, never moved":   {payment("stays", "2"), route.ToOld, true, ToOld(LedgerAway), ToOld(OnRecord)},
		} {
			b.store.set(func() { b.store.away = c.away })
			for range 2 { // the second time it may be known without the ledger
				if got := b.OfOldInterface(t.Context(), c.of.Order, c.r); got.Side != c.want.Side || !c.away && got != c.want {
					t.Errorf("%s: %+v, want %+v", name, got, c.want)
				}
			}
			b.store.set(func() { b.store.away = false })
			b.mustDecide(t, c.of, route.ToV2, c.then)
		}
	})
}
