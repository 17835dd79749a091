package guard

import "github.com/paybridge/paybridge/caddymodule/internal/rollback"

// State is the rule for a merchant, and what this bridge has counted within its window.
type State struct {
	Rule rollback.Rule
	V2   rollback.Tally // by the route by which v2 was last counted
	Old  rollback.Tally // with which that is compared
}

// State tells how a merchant stands; ok is false for one that is never turned back.
func (g *Guard) State(merID string) (s State, ok bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if s.Rule, ok = g.rule(merID); !ok {
		return State{}, false
	}
	if m := g.merchants[merID]; m != nil {
		m.follow(s.Rule)
		now := g.passed()
		s.V2, s.Old = m.v2.sum(now, s.Rule.Window), m.oldShare(now)
	}
	return s, true
}
