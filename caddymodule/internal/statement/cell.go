package statement

import (
	"regexp"
	"strings"
	"unicode"
)

// clean takes away what statements and spreadsheets put around a value so that
// Excel leaves it alone: blanks and tabs, WeChat's backtick, an apostrophe, ="…",
// quotes, a byte order mark.
func clean(cell string) string {
	for {
		was := cell
		cell = strings.TrimFunc(cell, func(r rune) bool { return unicode.IsSpace(r) || r == '\ufeff' || r == '\u200b' })
		cell = strings.TrimLeft(cell, "`'’‘")
		if inner, ok := strings.CutPrefix(cell, `="`); ok && strings.HasSuffix(inner, `"`) {
			cell = strings.TrimSuffix(inner, `"`)
		}
		if len(cell) > 1 && cell[0] == '"' && cell[len(cell)-1] == '"' {
			cell = cell[1 : len(cell)-1]
		}
		if cell == was {
			return cell
		}
	}
}

// maxNumber bounds the characters of an order number; those of v1 and v2 have 40 at
// most.
const maxNumber = 64

var (
	// scientific is how Excel writes a long number that it has taken for a quantity.
	scientific = regexp.MustCompile(`^\d(\.\d+[eE]\+?|[eE]\+)\d+$`)
	// decimal is how it saves one that is a whole number.
	decimal = regexp.MustCompile(`^\d+\.0*$`)

	errNoNumber     = say("no order number")
	errScientific   = say("rounded by Excel, which takes long numbers for quantities and loses their last digits; get the statement again and do not save it with Excel, or format the column as text before the numbers are pasted")
	errLongNumber   = say("longer than 64 characters; no order number is")
	errLostDigits   = say("a number of more than 15 digits that is stored as a number, of which spreadsheets keep 15; formatting the column does not bring the others back: get the statement again as CSV, or with this column as text")
	errStrangeValue = say("a character that cannot be seen")
)

// number reads an order number out of a clean cell.
func number(cell string) (string, error) {
	switch {
	case scientific.MatchString(cell):
		return "", errScientific
	case len(cell) > maxNumber:
		return "", errLongNumber
	case strings.ContainsFunc(cell, func(r rune) bool { return !unicode.IsPrint(r) }):
		return "", errStrangeValue
	case decimal.MatchString(cell):
		cell, _, _ = strings.Cut(cell, ".")
	}
	return cell, nil
}

// optional reads a number that a line may lack. WeChat writes 0 for none.
func optional(cell string) (string, error) {
	if strings.Trim(cell, "0-/") == "" {
		return "", nil
	}
	return number(cell)
}
