package ledger

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// storable replaces what a database refuses to keep in a text: bytes that are
// not UTF-8, and NUL. Without it one hostile request could look like a failure
// of the database.
func storable(s string) string {
	const replacement = string(utf8.RuneError)
	if utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 {
		return s
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, replacement), "\x00", replacement)
}

// storableArgs makes every text among the arguments of a statement storable.
func storableArgs(args []any) []any {
	for i, arg := range args {
		if text, ok := arg.(string); ok {
			args[i] = storable(text)
		}
	}
	return args
}

// printable returns the first most characters of s, without those that are
// invisible or would break a line.
func printable(s string, most int) string {
	if isPlain(s) && len(s) <= most {
		return s
	}
	var b strings.Builder
	for _, r := range storable(s) {
		if !unicode.IsPrint(r) {
			continue
		}
		if most--; most < 0 {
			break
		}
		b.WriteRune(r)
	}
	return b.String()
}

// isPlain reports whether s has nothing but printable ASCII, as most of what is kept.
func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// cut returns the first most bytes of s, without half a character at the end.
func cut(s string, most int) string {
	s = storable(s)
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most]
}
