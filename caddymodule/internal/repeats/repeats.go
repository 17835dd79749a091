// Package repeats knows orders again that come a second time.
package repeats

import (
	"hash/maphash"
	"slices"
)

// Orders remembers the last orders it was asked about. It is not safe for concurrent use.
type Orders struct {
	last []uint64 // their hashes, as many as there is room for
	next int      // which of them the next order takes the place of
}

// Last makes an Orders that remembers so many.
func Last(most int) Orders { return Orders{last: make([]uint64, 0, most)} }

var seed = maphash.MakeSeed()

// Again reports whether it was asked about an order before, and remembers it.
func (o *Orders) Again(merID, orderID string) bool {
	order := maphash.Comparable(seed, [2]string{merID, orderID})
	if slices.Contains(o.last, order) {
		return true
	}
	if len(o.last) < cap(o.last) {
		o.last = append(o.last, order)
		return false
	}
	o.last[o.next] = order
	o.next = (o.next + 1) % len(o.last)
	return false
}
