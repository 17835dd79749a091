package delivery

import (
	"strings"
	"unicode"
)

// What merchants answer.
const (
	acknowledged    = "0000" // v1 §3.4
	creditedAlready = "P1"   // seen in the field
)

const byteOrderMark = '\uFEFF'

// judge reads the body of an answer of status 2xx. It is an acknowledgement when
// the whole of it, or its last line that is not empty, is 0000, whatever byte
// order marks, blanks and quotes stand around: some programs print warnings
// before it, or a byte order mark for each of their source files (seen in the
// field).
func judge(body string) Class {
	switch lastLine(body) {
	case acknowledged:
		return OK
	case creditedAlready:
		return AlreadyCredited
	case "":
		return Empty
	}
	return Refused
}

// lastLine returns the last line with something on it, bare. The whole body is
// its own last line when there is but one.
func lastLine(body string) string {
	body = bare(body)
	if i := strings.LastIndexAny(body, "\r\n"); i >= 0 {
		body = bare(body[i+1:])
	}
	return body
}

// bare takes byte order marks, blanks and quotes from both ends.
func bare(s string) string { return strings.TrimFunc(s, isPadding) }

func isPadding(r rune) bool {
	return r == byteOrderMark || r == '"' || r == '\'' || unicode.IsSpace(r)
}
