package api

import (
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/guard"
	"github.com/paybridge/paybridge/caddymodule/internal/rollback"
)

// What the guard goes by is told of those that it guards.
func TestRoutesTellOfTheGuard(t *testing.T) {
	t.Parallel()
	w := beside(t)
	w.served.Guard = func(merID string) (guard.State, bool) {
		return guard.State{
			Rule: rollback.Rule{MinPayments: 50, Window: 10 * time.Minute, MaxWorse: 20},
			V2:   rollback.Tally{Payments: 7, Refused: 2}, Old: rollback.Tally{Payments: 60, Refused: 3},
		}, merID == "89900001"
	}
	list := read[RouteList](t, w.get("routes"))
	want := GuardState{MinPayments: 50, Window: 600, MaxWorse: 20, Old: AnswerCount{60, 3}, V2: AnswerCount{7, 2}}
	if g := list.Items[0].Guard; g == nil || *g != want {
		t.Errorf("%+v, want %+v", g, want)
	}
	if g := list.Items[1].Guard; g != nil {
		t.Errorf("nothing guards it: %+v", g)
	}
}
