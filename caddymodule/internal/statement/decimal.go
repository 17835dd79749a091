package statement

import (
	"regexp"
	"strconv"
	"strings"
)

// keptDigits is how many digits of a number spreadsheets keep and show.
const keptDigits = 15

// roundedBefore is how many digits an amount may have before the point for its
// decimals to be rounded: what is left then is less than a fen by far, so that no part
// of a fen is rounded away.
const roundedBefore = 11

// storedNumber is how workbooks write a number.
var storedNumber = regexp.MustCompile(`^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$`)

// plainNumber writes a number of a workbook with digits and a point alone. Workbooks
// store binary fractions, 19.99 as 19.989999999999998; rounded to the digits that
// spreadsheets keep, it is again what was typed. Only digits are counted here, for
// binary fractions would be off by a fen one day.
func plainNumber(text string) (string, bool) {
	parts := storedNumber.FindStringSubmatch(text)
	if parts == nil || parts[2]+parts[3] == "" {
		return "", false
	}
	digits, point := parts[2]+parts[3], len(parts[2])
	if parts[4] != "" {
		exponent, _ := strconv.Atoi(parts[4])
		point += exponent
	}
	whole := strings.TrimLeft(digits, "0")
	point -= len(digits) - len(whole)
	digits = strings.TrimRight(whole, "0")
	const farthest = 40
	switch {
	case digits == "":
		return "0", true
	case point < -farthest || point > farthest: // nothing that any column can mean
		return "", false
	case point <= roundedBefore && len(digits) > keptDigits:
		digits, point = rounded(digits, point)
	}
	return strings.TrimPrefix(parts[1], "+") + withPoint(digits, point), true
}

// rounded rounds digits to those that are kept.
func rounded(digits string, point int) (string, int) {
	up := digits[keptDigits] >= '5'
	kept := []byte(digits[:keptDigits])
	for i := len(kept) - 1; up && i >= 0; i-- {
		if up = kept[i] == '9'; up {
			kept[i] = '0'
		} else {
			kept[i]++
		}
	}
	if up { // all were 9
		return "1", point + 1
	}
	return strings.TrimRight(string(kept), "0"), point
}

// withPoint puts the point behind so many digits.
func withPoint(digits string, point int) string {
	switch {
	case point <= 0:
		return "0." + strings.Repeat("0", -point) + digits
	case point >= len(digits):
		return digits + strings.Repeat("0", point-len(digits))
	}
	return digits[:point] + "." + digits[point:]
}
