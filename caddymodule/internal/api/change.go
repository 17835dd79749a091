package api

import "github.com/paybridge/paybridge/caddymodule/internal/ledger"

// checkWhy refuses a reason in which there is nothing to read.
func checkWhy(why string) error {
	if plain(why, maxText) == "" {
		return badRequest("body.why: missing; say in a few words why, it is kept with the change")
	}
	return nil
}

// change is what is recorded of what the visit changes. The ledger adds what is
// done to whom, and how that stood and stands.
func (v *visit) change(why string) ledger.Change {
	return ledger.Change{At: v.now, Who: v.who, Why: why}
}
