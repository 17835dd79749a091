package v1

import "strings"

// Variant says what happened to req on its way, as far as the signature tells:
// which repair of the received text it matched. Repairs combine, so a Variant
// is a set of them; there are sixteen.
type Variant uint8

// The variants: AsSent, and the repairs.
const (
	// BlanksForPlus puts back each '+' that a form decoding made a blank.
	BlanksForPlus Variant = 1 << iota
	// PercentEncoded undoes a percent-encoding too many.
	PercentEncoded
	// LineBreaks takes out line breaks that were not signed.
	LineBreaks
	// BlanksAround takes away blanks and line ends around the text, and none inside.
	// They stand for no '+': the base64 of a JSON object neither begins nor ends with
	// one.
	BlanksAround

	// AsSent is the text as received.
	AsSent Variant = 0
)

// variants is the number of sets of repairs.
const variants = 1 << len(repairs)

// repairs lists each repair in the order in which they are done: a percent
// escape can hide a line break or a blank.
var repairs = [...]struct {
	variant Variant
	words   string
	apply   func(string) string
}{
	{PercentEncoded, "percent-encoded once more", unescapePercent},
	{LineBreaks, "line breaks", withoutLineBreaks},
	{BlanksAround, "blanks around", withoutBlanksAround},
	{BlanksForPlus, "blanks for plus", plusForBlanks},
}

// String gives words for operators, such as "as sent" or "blanks for plus".
func (v Variant) String() string {
	if v == AsSent {
		return "as sent"
	}
	var words []string
	for _, r := range repairs {
		if v&r.variant != 0 {
			words = append(words, r.words)
		}
	}
	return strings.Join(words, ", ")
}

// repair does the repairs of v. It reports false when one of them has nothing
// to do: the candidate then equals that of a smaller set and need not be tried.
func (v Variant) repair(text string) (string, bool) {
	for _, r := range repairs {
		if v&r.variant == 0 {
			continue
		}
		repaired := r.apply(text)
		if repaired == text {
			return "", false
		}
		text = repaired
	}
	return text, true
}

// repairFully does every repair that has something to do.
func repairFully(text string) string {
	for _, r := range repairs {
		text = r.apply(text)
	}
	return text
}

func plusForBlanks(text string) string { return strings.ReplaceAll(text, " ", "+") }

func withoutBlanksAround(text string) string { return strings.Trim(text, " \t\r\n") }

func withoutLineBreaks(text string) string {
	return strings.ReplaceAll(strings.ReplaceAll(text, "\r", ""), "\n", "")
}
