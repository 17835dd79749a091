package translate

import "slices"

// Verdict says what becomes of an update of an order.
type Verdict int

// The verdicts. Applied and LatePayment change the order, the others do not.
const (
	Applied       Verdict = iota // a step forward: take it
	Repeated                     // tells what is known already: count and ignore
	Late                         // tells of a step behind the order's state: count and ignore
	LatePayment                  // a closed or failed order was paid: refund it
	Contradicted                 // denies what was final: keep aside and raise an alarm
	FailedAttempt                // a payer's attempt failed and another may succeed: count and ignore
)

// verdictNames are the verdicts as metrics, logs and events name them.
var verdictNames = [...]string{
	Applied:       "applied",
	Repeated:      "repeated",
	Late:          "late",
	LatePayment:   "late_payment",
	Contradicted:  "contradicted",
	FailedAttempt: "failed_attempt",
}

// VerdictNames lists the verdicts as metrics, logs and events name them.
func VerdictNames() []string { return slices.Clone(verdictNames[:]) }

// String returns the verdict as metrics and logs name it, "" for none of them.
func (v Verdict) String() string {
	if v < 0 || int(v) >= len(verdictNames) {
		return ""
	}
	return verdictNames[v]
}

// Judge says what an update to state to means for an order in
// state from. That a payment failed while its payer can still pay is a
// [FailedAttempt], which the states alone do not show.
func Judge(from, to State) Verdict {
	if from == to {
		return Repeated
	}
	for verdict, states := range from.Row().Moves {
		if slices.Contains(states, to) {
			return verdict
		}
	}
	return Late
}

// Leads is the state to which an update leads an order by its verdict. It is
// for verdicts that change the order.
func (v Verdict) Leads(update State) State {
	if v == LatePayment {
		return Refunding
	}
	return update
}
