package translate

import (
	"fmt"
	"strconv"
	"strings"
)

// maxYuanDigits bounds the whole part of a yuan text, far above any payment
// and far below the point where fen would leave an int64.
const maxYuanDigits = 13

// FormatYuan writes an amount of fen as v2 wants it: yuan with exactly two decimals
// and no separators, "19.99" for 1999. Negative amounts do not occur in either
// protocol; they are written with a sign so that a bug shows instead of hiding.
func FormatYuan(fen int64) string {
	sign := ""
	if fen < 0 {
		sign, fen = "-", -fen
	}
	return fmt.Sprintf("%s%d.%02d", sign, fen/100, fen%100)
}

// ParseYuan reads a v2 amount in yuan exactly: "0.01", "1", "1.5" or "12.30".
// Anything that is not a whole number of fen, a sign, an exponent or a
// separator is refused rather than rounded.
func ParseYuan(yuan string) (int64, error) {
	whole, frac, dotted := strings.Cut(yuan, ".")
	if whole == "" || dotted && frac == "" {
		return 0, amountError(yuan)
	}
	frac = strings.TrimRight(frac, "0")
	if len(whole) > maxYuanDigits || len(frac) > 2 {
		return 0, amountError(yuan)
	}
	// ParseUint takes nothing but digits: no sign, no separator.
	fen, err := strconv.ParseUint(whole+frac+"00"[len(frac):], 10, 63)
	if err != nil {
		return 0, amountError(yuan)
	}
	return int64(fen), nil
}

func amountError(text string) error {
	const shown = 24
	if len(text) > shown {
		text = text[:shown] + "…"
	}
	return fmt.Errorf("not an amount in yuan: %q", text)
}
