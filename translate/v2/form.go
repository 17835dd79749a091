package v2

import (
	"strings"
	"time"
	"unicode/utf8"
)

// form is a format that the message page gives for a member. The zero form
// takes everything.
type form struct {
	not string // completes the error: not ...
	ok  func(string) bool
}

// The formats. Those that a member may also leave empty are guarded by the
// member's must.
var (
	yuan       = form{not: "an amount in yuan with two decimals", ok: isYuan}
	wireTime   = form{not: "a time yyyyMMddHHmmss", ok: isWireTime}
	merchantNo = form{not: "a merchant number of 12 digits", ok: func(s string) bool { return len(s) == 12 && digits(s) }}
	orderNo    = form{not: "an order number of 6 to 32 characters", ok: isOrderNo}
	twoDigits  = form{not: "a code of two digits", ok: func(s string) bool { return len(s) == 2 && digits(s) }}
)

// WireTime is the layout of tranTime and exprieTime, which are Beijing time.
const WireTime = "20060102150405"

// isYuan takes 0.01 and 1999.00, not 1, 1.0, 01.00, 1e2 or 1,000.00. That an
// amount is not zero is a rule about money, not about form.
func isYuan(s string) bool {
	whole, cents, found := strings.Cut(s, ".")
	if !found || len(cents) != 2 || !digits(cents) || whole == "" || !digits(whole) {
		return false
	}
	return len(whole) == 1 || whole[0] != '0'
}

func isWireTime(s string) bool {
	if len(s) != len(WireTime) || !digits(s) {
		return false
	}
	_, err := time.Parse(WireTime, s)
	return err == nil
}

func isOrderNo(s string) bool {
	n := utf8.RuneCountInString(s)
	return n >= 6 && n <= 32 && !strings.ContainsAny(s, " \t\r\n")
}

// digits reports whether s is ASCII digits throughout.
func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
