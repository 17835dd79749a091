//go:build simulation

package simulation

import (
	"slices"
	"testing"
)

// mostPlays bounds how often a failing world is played while it is made smaller.
const mostPlays = 150

// shrinker makes a failing world smaller: fewer faults, fewer orders, fewer bridges.
type shrinker struct {
	fails func(plan) bool
	plays int
}

// shrink returns the smallest plan it finds in which the same oracle does not hold.
func shrink(t *testing.T, out outcome) plan {
	t.Helper()
	oracle := out.violations[0].oracle
	s := shrinker{fails: func(p plan) bool {
		return slices.ContainsFunc(play(t, p).violations, func(v violation) bool { return v.oracle == oracle })
	}}
	p := out.plan
	for before := -1; before != size(p) && s.plays < mostPlays; {
		before = size(p)
		p.faults = without(&s, p.faults, func(list []fault) plan { q := p; q.faults = list; return q })
		p.orders = without(&s, p.orders, func(list []orderPlan) plan { q := p; q.orders = list; return q })
		p.byHand = without(&s, p.byHand, func(list []byHand) plan { q := p; q.byHand = list; return q })
	}
	return s.fewerBridges(p)
}

func size(p plan) int { return len(p.faults) + len(p.orders) + len(p.byHand) }

// without takes elements out of a list, many at once and then one by one, as long as
// the world fails without them.
func without[T any](s *shrinker, list []T, with func([]T) plan) []T {
	for n := (len(list) + 1) / 2; n > 0; n /= 2 {
		for from := 0; from < len(list) && s.plays < mostPlays; {
			rest := slices.Delete(slices.Clone(list), from, min(from+n, len(list)))
			s.plays++
			if s.fails(with(rest)) {
				list = rest
			} else {
				from += n
			}
		}
	}
	return list
}

// fewerBridges has the world fail with one bridge, if it does.
func (s *shrinker) fewerBridges(p plan) plan {
	q := p
	q.onBridges(1)
	if p.bridges > 1 && s.fails(q) {
		return q
	}
	return p
}

// TestShrink: a world that fails for the sake of one fault and one order is made as
// small as that.
func TestShrink(t *testing.T) {
	p := drawPlan(3, ordersMost)
	wantOrder, wantFault := p.orders[len(p.orders)/2].n, p.faults[len(p.faults)/2].number
	s := shrinker{fails: func(p plan) bool {
		return slices.ContainsFunc(p.orders, func(o orderPlan) bool { return o.n == wantOrder }) &&
			slices.ContainsFunc(p.faults, func(f fault) bool { return f.number == wantFault })
	}}
	p.faults = without(&s, p.faults, func(list []fault) plan { q := p; q.faults = list; return q })
	p.orders = without(&s, p.orders, func(list []orderPlan) plan { q := p; q.orders = list; return q })
	if p = s.fewerBridges(p); size(p) != 2 || p.bridges != 1 || !s.fails(p) {
		t.Errorf("after %d plays:\n%s", s.plays, p)
	}
}
