//go:build simulation

package simulation

import (
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"

	"github.com/paybridge/paybridge/caddymodule/internal/rollback"
	"github.com/paybridge/paybridge/caddymodule/internal/shadow"
)

// movingWorld is a world beside an old gateway, on one ledger of SQLite, with merchants
// on a route from the beginning and nothing but one fault.
func movingWorld(to string, f fault) plan {
	p := drawPlan(1, ordersMost)
	for seed := uint64(2); len(p.orders) < ordersMost*3/4; seed++ {
		p = drawPlan(seed, ordersMost)
	}
	p.bridges, p.shared, p.beside, p.rollback, p.flips = 1, false, true, nil, nil
	for n := range merchantCount {
		p.flips = append(p.flips, flip{merchant: n, at: time.Duration(n+1) * time.Millisecond, to: to})
	}
	p.faults = []fault{f}
	return p
}

// mustHold plays a world in which everything must hold.
func mustHold(t *testing.T, p plan) outcome {
	t.Helper()
	out := play(t, p)
	for _, v := range out.violations {
		t.Error(v)
	}
	if t.Failed() {
		t.Logf("again with: go test -tags simulation ./caddymodule/internal/simulation -run '^%s$'\n%s", t.Name(), p)
	}
	return out
}

// TestGuardedWorld: where v2 refuses nearly everything and nothing else goes wrong,
// nothing excuses a guard that does not turn merchants back.
func TestGuardedWorld(t *testing.T) {
	p := movingWorld("v2", fault{kind: "gateway refuses", from: ordering / 4, to: ordering, share: 0.9})
	p.rollback = &rollback.Config{MinPayments: 6, Window: caddy.Duration(10 * time.Minute), MaxWorse: 15}
	out := mustHold(t, p)
	for _, want := range []string{turnedBack, hadToBeTurnedBack} {
		if out.cover.sides[want] == 0 {
			t.Errorf("no %s: the world shows nothing", want)
		}
	}
}

// TestShadowedWorld: a comparison that panics, or that hangs, is the last one.
func TestShadowedWorld(t *testing.T) {
	for kind := range troubles {
		t.Run(kind, func(t *testing.T) {
			out := mustHold(t, movingWorld("shadow", fault{kind: kind, from: ordering / 4, to: trouble, share: 0.3}))
			for _, want := range []shadow.Result{shadow.ResultCompared, shadow.ResultOff} {
				if out.cover.shadows[string(want)] == 0 {
					t.Errorf("no exchange is %s: the world shows nothing", want)
				}
			}
		})
	}
}
