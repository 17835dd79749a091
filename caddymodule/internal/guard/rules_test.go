package guard

import (
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"

	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	"github.com/paybridge/paybridge/caddymodule/internal/rollback"
	"github.com/paybridge/paybridge/caddymodule/internal/route"
)

func TestRules(t *testing.T) {
	t.Parallel()
	app := &rollback.Config{MinPayments: 30, Window: caddy.Duration(time.Hour)}
	for name, c := range map[string]struct {
		app, own *rollback.Config
		want     rollback.Rule // zero for none
	}{
		"nobody says anything":           {},
		"the app's":                      {app, nil, rollback.Rule{MinPayments: 30, Window: time.Hour, MaxWorse: 20}},
		"the app says nothing about it":  {new(rollback.Config), nil, rollback.Rule{MinPayments: 50, Window: 10 * time.Minute, MaxWorse: 20}},
		"one member of its own":          {app, &rollback.Config{MaxWorse: 5}, rollback.Rule{MinPayments: 30, Window: time.Hour, MaxWorse: 5}},
		"every member of its own":        {app, &rollback.Config{MinPayments: 5, Window: caddy.Duration(time.Minute), MaxWorse: 5}, rollback.Rule{MinPayments: 5, Window: time.Minute, MaxWorse: 5}},
		"an empty block of its own":      {app, new(rollback.Config), rollback.Rule{MinPayments: 30, Window: time.Hour, MaxWorse: 20}},
		"its own alone":                  {nil, &rollback.Config{MinPayments: 7}, rollback.Rule{MinPayments: 7, Window: 10 * time.Minute, MaxWorse: 20}},
		"off, for this one":              {app, &rollback.Config{Off: true}, rollback.Rule{}},
		"off, for all":                   {&rollback.Config{Off: true}, nil, rollback.Rule{}},
		"off for all, but for this one":  {&rollback.Config{Off: true}, &rollback.Config{MaxWorse: 5}, rollback.Rule{MinPayments: 50, Window: 10 * time.Minute, MaxWorse: 5}},
		"off for all, and for this, too": {&rollback.Config{Off: true}, &rollback.Config{Off: true}, rollback.Rule{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rules := NewRules(c.app, []*merchants.Merchant{{MerID: "A", Rollback: c.own}, {MerID: "B"}})
			if got, ok := rules.Of("A"); got != c.want || ok != (c.want != rollback.Rule{}) {
				t.Errorf("the rule is %+v (%t), want %+v", got, ok, c.want)
			}
			if got, ok := rules.Of("C"); ok {
				t.Errorf("a merchant that is not configured has the rule %+v", got)
			}
		})
	}
}

func TestWithoutRuleNobodyIsTurnedBack(t *testing.T) {
	t.Parallel()
	for name, rules := range map[string]*Rules{
		"no old gateway": nil, "not for this merchant": {byMerID: map[string]rollback.Rule{"B": usual}},
	} {
		t.Run(name, func(t *testing.T) {
			watching(t, func(t *testing.T, w *watch) {
				w.reload(rules)
				w.pay(route.V2, 100, 100)
				w.wantBack(t, 0)
				if w.compared.Load() != 0 || len(w.merchants) != 0 {
					t.Errorf("%d payments are counted of %d merchants", w.compared.Load(), len(w.merchants))
				}
			})
		})
	}
}

// Merchants are judged each by its own rule.
func TestEachMerchantHasItsRule(t *testing.T) {
	watching(t, func(t *testing.T, w *watch) {
		strict := usual
		strict.MinPayments = 5
		w.reload(&Rules{byMerID: map[string]rollback.Rule{"A": usual, "B": strict}})
		for _, merID := range []string{"A", "B"} {
			w.payAs(merID, route.V2, 5, 5)
		}
		w.wantBack(t, 1)
		if merID := w.ledger.route.MerID; merID != "B" {
			t.Errorf("%s is turned back", merID)
		}
	})
}

func TestReload(t *testing.T) {
	t.Parallel()
	other := func(change func(*rollback.Rule)) *Rules {
		r := usual
		change(&r)
		return byRule(r)
	}
	for name, c := range map[string]struct {
		to            *Rules
		before, after int // payments on v2, all refused
		back          int
	}{
		"the same rule keeps what was counted":   {byRule(usual), 9, 1, 1},
		"another share keeps it, too":            {other(func(r *rollback.Rule) { r.MaxWorse = 50 }), 9, 1, 1},
		"so do fewer payments":                   {other(func(r *rollback.Rule) { r.MinPayments = 5 }), 9, 1, 1},
		"and more":                               {other(func(r *rollback.Rule) { r.MinPayments = 12 }), 9, 3, 1},
		"another window begins anew":             {other(func(r *rollback.Rule) { r.Window = time.Hour }), 9, 9, 0},
		"the merchant's rule is switched off":    {&Rules{}, 9, 9, 0},
		"the old gateway is taken out":           {nil, 9, 9, 0},
		"another window goes by itself, as well": {other(func(r *rollback.Rule) { r.Window = time.Hour }), 9, 10, 1},
	} {
		t.Run(name, func(t *testing.T) {
			watching(t, func(t *testing.T, w *watch) {
				w.pay(route.V2, c.before, c.before)
				w.reload(c.to)
				w.pay(route.V2, c.after, c.after)
				w.wantBack(t, c.back)
			})
		})
	}
}

// A configuration that fails to start is taken back, and the one before is in force.
func TestReloadThatFails(t *testing.T) {
	watching(t, func(t *testing.T, w *watch) {
		w.pay(route.V2, 9, 9)
		failed := byRule(rollback.Rule{MinPayments: 5, Window: time.Hour, MaxWorse: 1})
		w.Attach(failed)
		w.Detach(failed)
		w.pay(route.V2, 1, 1)
		w.wantBack(t, 1)
	})
}

// What a rule has found while the ledger was away is not done by another rule: who
// switches the guard off has switched it off.
func TestFindingsGoWithTheirRule(t *testing.T) {
	t.Parallel()
	mild := usual
	mild.MaxWorse = 90
	for name, c := range map[string]struct {
		to   *Rules
		back int
	}{
		"unchanged":            {byRule(usual), 1},
		"switched off":         {&Rules{}, 0},
		"milder":               {byRule(mild), 0},
		"no old gateway":       {nil, 0},
		"stricter, judged new": {byRule(rollback.Rule{MinPayments: 5, Window: usual.Window, MaxWorse: 10}), 1},
	} {
		t.Run(name, func(t *testing.T) {
			watching(t, func(t *testing.T, w *watch) {
				w.ledger.isAway(true)
				w.pay(route.V2, 20, 16)
				w.reload(c.to)
				time.Sleep(2 * retryEvery)
				w.ledger.isAway(false)
				time.Sleep(time.Minute / 2)
				w.pay(route.V2, 1, 0) // the new rule looks at what was counted
				time.Sleep(2 * retryEvery)
				w.wantBack(t, c.back)
			})
		})
	}
}

// A rule that was switched off while the ledger was away, and is in force again, judges
// again: what it has found before was taken back.
func TestRuleIsSwitchedOffAndOn(t *testing.T) {
	watching(t, func(t *testing.T, w *watch) {
		w.ledger.isAway(true)
		w.pay(route.V2, 20, 16)
		w.reload(&Rules{})
		time.Sleep(2 * retryEvery)
		w.reload(byRule(usual))
		w.ledger.isAway(false)
		w.pay(route.V2, 1, 1)
		time.Sleep(2 * retryEvery)
		w.wantBack(t, 1)
	})
}
