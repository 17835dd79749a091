package route

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"

	v1 "github.com/paybridge/paybridge/translate/v1"
)

// Order is what decides about the side of a new order.
type Order struct {
	MerID, OrderID string
	Action         v1.Action

	// HasOpenID tells that the merchant names the payer by an openid, which one
	// gateway's WeChat account has given and the other's cannot use.
	HasOpenID bool
}

// Side is the side of a new order. An action that is not known to the bridge is the
// old gateway's, whatever the route says: v2 could only refuse it.
//
// Of a share it is the order number that decides. Whatever is on v2 with one share is
// there with any greater one, so that a growing share moves orders in one direction
// only.
func (r Route) Side(o Order) Side {
	switch {
	case !r.moves(o.Action):
		return Old
	case o.Action.PaidInBrowser() && o.HasOpenID:
		return r.OpenIDs()
	case position(o.MerID, o.OrderID) < uint64(r.Percent): //nolint:gosec // 0 to 100
		return V2
	}
	return Old
}

// OpenIDs is the side whose WeChat account gives the openids of a merchant's payers,
// and so of the new orders that name a payer by one. They move all at once: who has
// asked for an openid has no order number yet.
func (r Route) OpenIDs() Side {
	if r.Percent == whole && r.moves(v1.WxJsApi) {
		return V2
	}
	return Old
}

// moves reports whether any order of an action goes to v2.
func (r Route) moves(a v1.Action) bool {
	if r.Mode != ModeV2 || !slices.Contains(v1.Actions(), a) {
		return false
	}
	return r.Actions == nil || slices.Contains(r.Actions, a)
}

// position is where an order stands among all orders of its merchant, from 0 to 99.
// It must never change: with another one a bridge of another version would put the
// same order on another side.
func position(merID, orderID string) uint64 {
	sum := sha256.Sum256([]byte(merID + "\x00" + orderID))
	return binary.BigEndian.Uint64(sum[:8]) % whole
}
