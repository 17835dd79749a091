// Package repeats knows new payments again that are answered a second time, so that each
// counts once.
//
// A payment that was accepted is on record and not new when it comes again; only where it
// comes twice at once are both new. A payment that was refused may be new each time.
package repeats

import (
	"hash/maphash"
	"slices"
)

// Orders remembers the last payments that were accepted, and the last that were refused.
// It is not safe for concurrent use.
type Orders struct{ accepted, refused ring }

// Last makes an Orders that remembers so many of each.
func Last(most int) Orders { return Orders{ring{most: most}, ring{most: most}} }

var seed = maphash.MakeSeed()

// Again reports whether an answer to a payment says nothing new, and remembers it: it was
// answered so before, or had been accepted and now is refused, because it came twice at once
// and the first was still under way. What was refused and is then accepted is new.
func (o *Orders) Again(merID, orderID string, refused bool) bool {
	order := maphash.Comparable(seed, [2]string{merID, orderID})
	if !refused {
		return o.accepted.again(order)
	}
	return slices.Contains(o.accepted.last, order) || o.refused.again(order)
}

// ring has the hashes of the last orders.
type ring struct {
	most int
	last []uint64
	next int // which of them the next order takes the place of
}

// again reports whether an order is among the last, and makes it so.
func (r *ring) again(order uint64) bool {
	switch {
	case slices.Contains(r.last, order):
		return true
	case len(r.last) < r.most:
		r.last = append(r.last, order)
	default:
		r.last[r.next] = order
		r.next = (r.next + 1) % r.most
	}
	return false
}
