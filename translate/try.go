package translate

import (
	"strings"
	"time"

	v1 "github.com/paybridge/paybridge/translate/v1"
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

// RefuseTry refuses a merchant's own pay request with the number of a try. The error is
// a *v1.Error, nil for every other number.
func RefuseTry(p v1.PayRequest) error {
	if !IsTry(p.OrderID) {
		return nil
	}
	return &v1.Error{
		Code: v1.CodeBadRequest, Field: "orderid", Reason: "begins with " + TryPrefix + ", which is kept for tries of operators",
	}
}
