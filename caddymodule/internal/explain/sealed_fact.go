package explain

import "github.com/paybridge/paybridge/caddymodule/internal/bilingual"

// sealedFact is something that can be seen in a message between bridge and
// gateway.
type sealedFact struct {
	causeText
	holds func(*sealedEvidence) bool
	// detail completes the text; nil for none.
	detail func(*sealedEvidence) bilingual.Said
}

// findSealed adds the causes of the facts that hold.
func (r *Report) findSealed(e *sealedEvidence, facts []sealedFact) {
	for _, f := range facts {
		if !f.holds(e) {
			continue
		}
		var detail bilingual.Said
		if f.detail != nil {
			detail = f.detail(e)
		}
		r.add(f.cause(detail))
	}
}

// ownTrial makes a test of the merchant's pairs: whether any of them is so.
func ownTrial(is func(*sealedEvidence, trial) bool) func(*sealedEvidence) bool {
	return func(e *sealedEvidence) bool {
		for _, t := range e.trials {
			if t.own && is(e, t) {
				return true
			}
		}
		return false
	}
}

// foreign returns the first trial with another merchant's keys that is so.
func (e *sealedEvidence) foreign(is func(trial) bool) (trial, bool) {
	for _, t := range e.trials {
		if !t.own && is(t) {
			return t, true
		}
	}
	return trial{}, false
}

// opens reports whether any of the merchant's pairs opens the session key.
func (e *sealedEvidence) opens() bool {
	return ownTrial(func(_ *sealedEvidence, t trial) bool { return t.SessionKey > 0 })(e)
}
