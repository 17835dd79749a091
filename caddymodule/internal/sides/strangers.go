package sides

import (
	"context"

	"github.com/paybridge/paybridge/caddymodule/internal/route"
)

// OfStranger says where a request is served whose merchant is not configured: by the old
// gateway. One that has orders on v2 was taken out of the configuration, by mistake or
// too early; its requests about those go nowhere, for the old gateway would take a
// repeat for a new payment.
func (s *Sides) OfStranger(ctx context.Context, ref Reference, onV2 func(context.Context) (bool, error)) Decision {
	if !s.moved.has(ref.MerID) {
		return ToOld(NotConfigured)
	}
	return takenOut(s.OfReference(ctx, ref, route.Route{}, onV2))
}

// OfStrangersPayment says the same of a payment. That of a merchant that was taken out is
// on record before it leaves, although nobody can tell whether it is the merchant's own:
// when the merchant is put back, a repeat must not begin it on v2 as well.
func (s *Sides) OfStrangersPayment(ctx context.Context, o route.Order) Decision {
	if o.OrderID == "" || !s.moved.has(o.MerID) {
		return ToOld(NotConfigured)
	}
	return takenOut(s.mark(ctx, Payment{Order: o, Verified: true}, route.Route{}))
}

// takenOut is a decision about a merchant that nobody can serve on v2 any more.
func takenOut(d Decision) Decision {
	switch d.Side {
	case route.V2:
		return Decision{"", TakenOut}
	case route.Old:
		return ToOld(NotConfigured)
	default:
		return d
	}
}
