package rollback

import "time"

// Tally is how many new payments there were, and how many of them were refused.
type Tally struct{ Payments, Refused int }

// Add adds another tally.
func (t *Tally) Add(other Tally) {
	t.Payments += other.Payments
	t.Refused += other.Refused
}

// Rule says when a merchant is turned back.
type Rule struct {
	MinPayments int           // fewer on v2 within the window say nothing
	Window      time.Duration // that is looked back over
	MaxWorse    int           // percentage points that v2 may refuse more
}

const percent = 100

// Broken reports whether v2 refuses so much more than the old gateway that the
// merchant is turned back. An old gateway of which nothing is known has refused
// nothing.
func (r Rule) Broken(v2, old Tally) bool {
	if v2.Payments < r.MinPayments || v2.Payments == 0 {
		return false
	}
	of := max(old.Payments, 1)
	return percent*(v2.Refused*of-old.Refused*v2.Payments) > r.MaxWorse*v2.Payments*of
}
