package guard

import (
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/repeats"
	"github.com/paybridge/paybridge/caddymodule/internal/rollback"
)

// maxKnown is how many of a merchant's accepted orders, and how many of its refused ones,
// are known when they are answered again.
const maxKnown = 64

// merchant is what was counted of a merchant.
type merchant struct {
	rule  rollback.Rule
	v2    window
	route ledger.RouteMark // by which v2 was counted
	since int64            // the newest change of the route that any payment has seen
	found bool             // the rule was broken by this route
	ended bool             // this route is in force no more: the next payment on v2 is counted anew

	old    window
	last   rollback.Tally // of the old gateway, when there was last enough of it within a window
	unread bool           // nobody can read what the old gateway has answered lately
	told   bool           // that the rule is broken if the old gateway refuses nothing

	answered repeats.Orders
}

// follow goes by a rule. Another one judges anew, by what was counted; that is
// worthless when its window is another.
func (m *merchant) follow(r rollback.Rule) {
	if m.rule == r {
		return
	}
	if m.rule.Window != r.Window {
		m.v2, m.old = window{}, window{}
	}
	m.rule, m.found, m.told = r, false, false
}

// under counts v2 anew, by a route.
func (m *merchant) under(r ledger.RouteMark) {
	m.route, m.v2, m.found, m.told, m.ended = r, window{}, false, false, false
}

// judgeAgain has the next payment on v2 judged, whatever was found of its route.
func (m *merchant) judgeAgain() { m.found = false }

// end notes that the route is in force no more. Once somebody has the merchant follow the
// configuration again, the mark is that from before. What was counted is still told.
func (m *merchant) end() { m.ended = true }

// verdict is what a payment on v2 comes to.
type verdict int

const (
	nothing verdict = iota
	tooMany         // refused on v2: the rule is broken
	blind           // it would be, but with what v2 is to be compared nobody knows
)

// onV2 counts a payment on v2. It says when that is the one too many, once by a route.
func (m *merchant) onV2(p Payment, now time.Duration) (v2, old rollback.Tally, is verdict) {
	if m.ended || m.route != p.Route || m.since < p.Since {
		m.under(p.Route)
	}
	if p.Since < m.since {
		return v2, old, nothing // on its way since before the change
	}
	m.since = p.Since
	m.v2.add(now, m.rule.Window, p.Refused)
	v2, old = m.v2.sum(now, m.rule.Window), m.oldShare(now)
	return v2, old, m.judge(v2, old)
}

// judge compares v2 with the old gateway.
func (m *merchant) judge(v2, old rollback.Tally) verdict {
	switch {
	case m.found || !m.rule.Broken(v2, old):
		return nothing
	case !m.unread || old.Payments > 0:
		m.found = true
		return tooMany
	case m.told:
		return nothing
	}
	m.told = true
	return blind
}

// onOld counts a payment on the old gateway. It may show that there is another route:
// those who follow the configuration again have the mark that they had before.
func (m *merchant) onOld(p Payment, now time.Duration) {
	m.ended = m.ended || p.Route.At > m.route.At
	m.unread = false
	m.old.add(now, m.rule.Window, p.Refused)
	if sum := m.old.sum(now, m.rule.Window); sum.Payments >= m.rule.MinPayments {
		m.last = sum
	}
}

// oldShare is what the old gateway refuses: within the window when that is enough to
// go by, else when it last was, else whatever there is.
func (m *merchant) oldShare(now time.Duration) rollback.Tally {
	sum := m.old.sum(now, m.rule.Window)
	if sum.Payments < m.rule.MinPayments && m.last.Payments > 0 {
		return m.last
	}
	return sum
}
