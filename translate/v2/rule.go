package v2

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// The formats that the message page gives for members. Each is the rule of a row
// and says what is wrong with a value, or "".
var (
	yuan       = format("an amount in yuan with two decimals", isYuan)
	wireTime   = format("a time yyyyMMddHHmmss", isWireTime)
	merchantNo = format("a merchant number of 12 digits", func(s string) bool { return len(s) == 12 && digits(s) })
	orderNo    = format("an order number of 6 to 32 characters", isOrderNo)
	twoDigits  = format("a code of two digits", func(s string) bool { return len(s) == 2 && digits(s) })
)

// format returns the rule for values that ok takes; want says what those are.
func format(want string, ok func(string) bool) func(string) string {
	return func(value string) string {
		if ok(value) {
			return ""
		}
		return fmt.Sprintf("not %s: %.40q", want, value)
	}
}

// WireTime is the layout of tranTime and exprieTime, which are Beijing time.
const WireTime = "20060102150405"

// isYuan takes 0.01 and 1999.00, not 1, 1.0, 01.00, 1e2 or 1,000.00. That an
// amount is not zero is a rule about money, not about format.
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
