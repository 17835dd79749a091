package v1

import (
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
)

// MaxTxnAmt is the greatest amount, in fen: ten billion yuan, far above any
// payment and far below what int64 holds.
const MaxTxnAmt = 1_000_000_000_000

// Bounds on the spelling of an amount and of its exponent.
const (
	maxAmountText   = 32
	maxExponentText = 4
)

// parseFen reads txnamt exactly, without floating point. Seen in the field are
// a string ("1999"), an integer and a double (1000.0). A double may come with an
// exponent, as Java writes ten million (1.0E7), if a whole number comes out; a
// string may not.
func parseFen(v gjson.Result) (fen int64, reason string) {
	text := v.Raw
	if v.Type == gjson.String {
		text = Trim(v.Str)
	}
	switch {
	case v.Type == gjson.Null, text == "":
		return 0, "missing"
	case v.Type == gjson.String:
	case v.Type != gjson.Number:
		return 0, "neither text nor a number"
	}
	digits, scale, ok := splitDecimal(text, v.Type == gjson.Number)
	if !ok {
		return 0, "not a whole number of fen: " + quote(text)
	}
	fen, ok = scaleExactly(digits, scale)
	switch {
	case !ok:
		return 0, "not a whole number of fen: " + quote(text)
	case fen == 0:
		return 0, "zero"
	case fen > MaxTxnAmt:
		return 0, "too large: " + quote(text)
	}
	return fen, ""
}

// splitDecimal reads an unsigned decimal number as digits times ten to the
// power of scale.
func splitDecimal(text string, exponent bool) (digits string, scale int, ok bool) {
	if len(text) > maxAmountText {
		return "", 0, false
	}
	if i := strings.IndexAny(text, "eE"); i >= 0 && exponent {
		e, err := strconv.Atoi(text[i+1:])
		if err != nil || len(text[i+1:]) > maxExponentText {
			return "", 0, false
		}
		text, scale = text[:i], e
	}
	whole, fraction, point := strings.Cut(text, ".")
	if !isDigits(whole) || point && !isDigits(fraction) {
		return "", 0, false
	}
	return whole + fraction, scale - len(fraction), true
}

// scaleExactly returns digits times ten to the power of scale: some number above
// MaxTxnAmt when the product is, and false when it is not whole.
func scaleExactly(digits string, scale int) (n int64, ok bool) {
	if scale < 0 {
		cut := max(len(digits)+scale, 0)
		if strings.Trim(digits[cut:], "0") != "" {
			return 0, false
		}
		digits = digits[:cut]
	}
	digits = strings.TrimLeft(digits, "0")
	for _, d := range digits {
		if n = n*10 + int64(d-'0'); n > MaxTxnAmt {
			return n, true
		}
	}
	for ; n > 0 && scale > 0 && n <= MaxTxnAmt; scale-- {
		n *= 10
	}
	return n, true
}
