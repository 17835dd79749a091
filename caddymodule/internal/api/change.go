package api

import "github.com/paybridge/paybridge/caddymodule/internal/ledger"

// checkWhy refuses a reason in which there is nothing to read.
func checkWhy(why string) error {
	if plain(why, maxText) == "" {
		return badMember("body", "why", reasonMissing.With())
	}
	return nil
}

// change is the record of a change that the visit makes. The ledger adds what was
// changed, and its state before and after.
func (v *visit) change(why string) ledger.Change {
	return ledger.Change{At: v.now, Who: v.who, Why: why}
}
