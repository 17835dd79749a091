package v2

import "strings"

// sameText is for members that are compared letter by letter.
func sameText(a, b string) bool { return a == b }

// sameAmount compares amounts in yuan, of which a gateway may write one as a text
// and the other as a number: 1, 1.0 and 01.00 are one amount.
func sameAmount(a, b string) bool { return plainAmount(a) == plainAmount(b) }

// plainAmount leaves out of an amount what does not count.
func plainAmount(yuan string) string {
	whole, fraction, _ := strings.Cut(strings.TrimSpace(yuan), ".")
	whole, fraction = strings.TrimLeft(whole, "0"), strings.TrimRight(fraction, "0")
	return whole + "." + fraction
}

// sameRefundState compares only what speaks of a refund: a message about one may
// carry the payment's state too.
func sameRefundState(a, b string) bool {
	return a == b || !RefundState(a).Known() || !RefundState(b).Known()
}
