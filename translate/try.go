package translate

import (
	"strings"
	"time"
)

// TryPrefix begins the merchant's number of every order that an operator has tried
// the bridge with, and of no other: a pay request of a merchant with such a number is
// refused. So the number is the mark, wherever it is read: in lists, in the merchant's
// own books, in a statement.
const TryPrefix = "PAYBRIDGETRY"

// NewTryOrderID makes the number of an order to try the bridge with, as long as v1
// allows: the prefix, the Beijing time, and six letters or digits of the caller's, so
// that two tries within a second differ.
func NewTryOrderID(at time.Time, random string) string {
	const drawn = 6
	return TryPrefix + FormatWireTime(at) + random[:drawn]
}

// IsTry reports whether a merchant's order number is that of a try.
func IsTry(orderID string) bool { return strings.HasPrefix(orderID, TryPrefix) }
