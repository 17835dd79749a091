package sides

import (
	"context"
	"sync"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/route"
)

// OfStranger says where a request is served whose merchant is not configured: by the old
// gateway. One that has orders on v2 was taken out of the configuration, by mistake or
// too early; its requests about those go nowhere, for the old gateway would take a
// repeat for a new payment.
//
// Until the ledger was read for the first time nobody can tell the one from the other, so
// that each is looked up. Where the ledger is away, too, they go on, since most strangers
// have nothing to do with v2; see [Sides.OfStrangersPayment] for what is kept of payments.
func (s *Sides) OfStranger(ctx context.Context, ref Reference, onV2 func(context.Context) (bool, error)) Decision {
	if ref.MerID == "" || !s.mayBeTakenOut(ref.MerID) {
		return ToOld(NotConfigured)
	}
	d := s.ofReference(ctx, ref, s.strange(ref.MerID), onV2)
	if d.Side == route.V2 {
		s.moved.add(ref.MerID) // for when the ledger is away before it was read
	}
	return takenOut(d)
}

// OfStrangersPayment says the same of a payment. That of a merchant that was taken out is
// on record before it leaves, although nobody can tell whether it is the merchant's own:
// when the merchant is put back, a repeat must not begin it on v2 as well. So is that of
// everybody until the ledger was read; its mark waits in memory where the ledger is away,
// and that an order is on v2, too, is told when it is back.
func (s *Sides) OfStrangersPayment(ctx context.Context, o route.Order) Decision {
	if o.OrderID == "" || o.MerID == "" || !s.mayBeTakenOut(o.MerID) {
		return ToOld(NotConfigured)
	}
	return takenOut(s.mark(ctx, Payment{Order: o, Verified: true, stranger: true}, s.strange(o.MerID)))
}

// Accepted puts an order on record that the old gateway says it has accepted, of a payment
// that went there without a mark because nobody here could verify it: its merchant may be
// configured later, or its key corrected, and then a repeat must not begin on v2. That
// gateway's word cannot be made up by whoever sends the payment. It is written within
// a second, with others, and nobody waits; where there is no room it is not.
func (s *Sides) Accepted(o route.Order) {
	key, missing := s.missing(o)
	if missing && !s.late.add(key, maxLateStrange) {
		s.observer.OrderMarked(MarkLost)
	}
}

// maxMayHave bounds the orders of a day that are on record because the old gateway may have
// accepted them, and maxLateMayHave those that wait to be: anybody can make them up.
const (
	maxMayHave     = 20_000
	maxLateMayHave = maxLate / 100
)

// MayHave puts an order on record that the old gateway may have accepted without saying so, of
// a merchant that is not configured: its program repeats it, and within these minutes somebody
// may have configured the merchant for v2. It has room that takes none from [Sides.Accepted].
func (s *Sides) MayHave(o route.Order) {
	key, missing := s.missing(o)
	if missing && (!s.mayHave.take(s.now()) || !s.late.add(key, maxLateMayHave)) {
		s.observer.OrderMarked(MarkLost)
	}
}

// missing returns the key of an order, and whether it can be on record and is not known to
// be.
func (s *Sides) missing(o route.Order) (ledger.Key, bool) {
	key := ledger.Key{MerID: o.MerID, OrderID: o.OrderID}
	return key, key.Valid() && s.remembered(key) == ""
}

// daily counts what there is so much room for on each day.
type daily struct {
	mu  sync.Mutex
	day int64
	n   int
}

func (d *daily) take(now time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if day := now.Unix() / int64(24*time.Hour/time.Second); day != d.day {
		d.day, d.n = day, 0
	}
	d.n++
	return d.n <= maxMayHave
}

// mayBeTakenOut reports whether a merchant that is not configured has orders on v2, or
// may have, for all that is known.
func (s *Sides) mayBeTakenOut(merID string) bool { return s.moved.has(merID) || s.moved.unread(merID) }

// strange says that the requests of a merchant that is not configured go on without the
// ledger while nobody knows that it has orders on v2.
func (s *Sides) strange(merID string) doesWithout {
	return func() bool { return !s.moved.has(merID) }
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
