package v2

import "strings"

// equalText is for members that are compared letter by letter.
func equalText(a, b string) bool { return a == b }

// equalAmount compares amounts in yuan. A gateway may write one as a text and the
// other as a number: 1, 1.0 and 01.00 are one amount.
func equalAmount(a, b string) bool { return plainAmount(a) == plainAmount(b) }

// plainAmount leaves out the zeros of an amount that do not count.
func plainAmount(yuan string) string {
	whole, fraction, _ := strings.Cut(strings.TrimSpace(yuan), ".")
	whole, fraction = strings.TrimLeft(whole, "0"), strings.TrimRight(fraction, "0")
	return whole + "." + fraction
}

// isRefundState tells the state of a refund from that of its payment.
func isRefundState(s string) bool { return RefundState(s).Known() }

// equalRefundState compares only what speaks of a refund: a message about one may
// carry the payment's state too.
func equalRefundState(a, b string) bool {
	return a == b || !isRefundState(a) || !isRefundState(b)
}
