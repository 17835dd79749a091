// Package rawquery makes queries that merchants wrote by hand fit to travel, without
// changing what they mean.
package rawquery

import (
	"fmt"
	"strings"
)

// Escape percent-encodes what may not stand in the query of an address: blanks,
// control characters, bytes outside ASCII, and the backslash, which browsers take for
// a slash. Everything else stays, existing escapes and '+' too.
func Escape(query string) string {
	var b strings.Builder
	for i := range len(query) {
		if c := query[i]; c <= ' ' || c == '\\' || c >= 0x7f {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}
