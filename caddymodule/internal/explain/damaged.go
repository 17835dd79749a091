package explain

import (
	"iter"
	"strings"
)

// damagedText is a text that was signed whole and lost characters, or the other
// way round. There are too many of each to try them with anything else.
type damagedText struct {
	causeText
	of func(*evidence) iter.Seq[string]
}

var damagedTexts = []damagedText{
	{of: prefixes, causeText: causeText{
		name:     "part_signed",
		happened: "Only the beginning of the base64 text is signed.",
		advice:   "Ask the merchant whether its program cuts texts off (a buffer or a column that is too short) before it signs.",
	}},
	{of: withPlus, causeText: causeText{
		name:     "plus_removed",
		happened: `A "+" of the base64 text was lost on the way, without a blank in its place.`,
		advice:   `Tell the merchant: percent-encode req when it is put into the form, so that "+" is sent as %2B.`,
	}},
}

// Bounds of what is tried, in characters of base64 text.
const (
	longestPart    = 4096
	longestOnePlus = 4096
	longestTwoPlus = 600
)

// prefixes are the beginnings of the text, the longest first.
func prefixes(e *evidence) iter.Seq[string] {
	return func(yield func(string) bool) {
		bare := strings.TrimRight(e.text, "=")
		for end := min(len(bare), longestPart) - 1; end > 0; end-- {
			if !yield(bare[:end]) {
				return
			}
		}
	}
}

// withPlus puts one or two "+" back, wherever they may have been. The length of a
// base64 text tells how many are missing, up to multiples of four.
func withPlus(e *evidence) iter.Seq[string] {
	return func(yield func(string) bool) {
		bare := strings.TrimRight(e.sent.Req, "=")
		padding := e.sent.Req[len(bare):]
		missing := (4 - len(e.sent.Req)%4) % 4
		for i := range len(bare) + 1 {
			one := bare[:i] + "+"
			switch {
			case missing == 1 && len(bare) <= longestOnePlus:
				if !yield(one + bare[i:] + padding) {
					return
				}
			case missing == 2 && len(bare) <= longestTwoPlus:
				for j := i; j <= len(bare); j++ {
					if !yield(one + bare[i:j] + "+" + bare[j:] + padding) {
						return
					}
				}
			default:
				return
			}
		}
	}
}
