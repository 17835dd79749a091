package rollback

import (
	"math/big"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestRule(t *testing.T) {
	t.Parallel()
	r := Rule{MinPayments: 10, Window: 10 * time.Minute, MaxWorse: 20}
	for name, c := range map[string]struct {
		v2, old Tally
		want    bool
	}{
		"nothing yet":                      {},
		"too few":                          {v2: Tally{9, 9}},
		"enough":                           {v2: Tally{10, 10}, want: true},
		"just allowed":                     {v2: Tally{10, 2}},
		"one too many":                     {v2: Tally{10, 3}, want: true},
		"just allowed beside an old share": {v2: Tally{100, 25}, old: Tally{100, 5}},
		"and one more":                     {v2: Tally{100, 26}, old: Tally{100, 5}, want: true},
		"as bad as the old gateway":        {v2: Tally{10, 10}, old: Tally{10, 10}},
		"better than the old gateway":      {v2: Tally{10, 5}, old: Tally{10, 10}},
		"old gateway refuses nothing":      {v2: Tally{10, 3}, old: Tally{1000, 0}, want: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := r.Broken(c.v2, c.old); got != c.want {
				t.Errorf("broken: %t, want %t", got, c.want)
			}
		})
	}
}

func anyTally(t *rapid.T, name string) Tally {
	n := rapid.IntRange(0, 1_000_000).Draw(t, name)
	return Tally{n, rapid.IntRange(0, n).Draw(t, name+" refused")}
}

// The rule is what it says in exact fractions, also of large numbers.
func TestRuleIsExact(t *testing.T) {
	t.Parallel()
	share := func(of Tally) *big.Rat {
		return big.NewRat(int64(of.Refused)*percent, int64(max(of.Payments, 1)))
	}
	rapid.Check(t, func(t *rapid.T) {
		r := Rule{MinPayments: rapid.IntRange(5, 100).Draw(t, "least"), MaxWorse: rapid.IntRange(1, 99).Draw(t, "most")}
		v2, old := anyTally(t, "v2"), anyTally(t, "old")
		worse := new(big.Rat).Sub(share(v2), share(old))
		want := v2.Payments >= r.MinPayments && worse.Cmp(big.NewRat(int64(r.MaxWorse), 1)) > 0
		if got := r.Broken(v2, old); got != want {
			t.Fatalf("%+v: v2 %+v, old %+v: broken %t, want %t", r, v2, old, got, want)
		}
	})
}
