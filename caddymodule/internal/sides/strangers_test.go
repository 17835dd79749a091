package sides

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

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
