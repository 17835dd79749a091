package sides

import "github.com/paybridge/paybridge/caddymodule/internal/route"

// Cause says why a request is served on its side.
type Cause string

// The causes.
const (
	NotServed     Cause = "not_served"     // an interface that the bridge does not have
	NotConfigured Cause = "not_configured" // a merchant that the bridge does not know, or none that can be read
	TooLarge      Cause = "too_large"      // larger than any order
	OnRecord      Cause = "on_record"      // what it names has its side
	ByRoute       Cause = "route"          // a new payment
	KnownToOld    Cause = "known_to_old"   // a new payment here, and the old gateway has it
	UnknownOrder  Cause = "unknown_order"  // no payment, and what it names is not on record
	TakenOut      Cause = "taken_out"      // an order on v2 whose merchant is not configured any more
	OnlyOld       Cause = "only_old"       // an order on v2, named to an interface that only the old gateway has
	Ambiguous     Cause = "ambiguous"      // it names several orders, or one of v2 in a way that only the old gateway may read
	LedgerAway    Cause = "ledger_away"    // the side cannot be looked up
)

// Causes lists them all.
func Causes() []Cause {
	return []Cause{NotServed, NotConfigured, TooLarge, OnRecord, ByRoute, KnownToOld, UnknownOrder, TakenOut, OnlyOld, Ambiguous, LedgerAway}
}

// Decision is where a request is served, and why.
type Decision struct {
	// Side is "" when it cannot be known, or when nobody there can serve it; then the
	// request must go nowhere.
	Side  route.Side
	Cause Cause
}

// ToOld is the decision for the old gateway.
func ToOld(cause Cause) Decision { return Decision{route.Old, cause} }
