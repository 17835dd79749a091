package v2

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// Classes of what may arrive where an envelope is expected. They are few, so
// that they can label a counter.
const (
	ArrivedNothing    = "empty"
	ArrivedHTML       = "html"
	ArrivedXML        = "xml"
	ArrivedJSON       = "json"
	ArrivedText       = "text"
	ArrivedBinary     = "binary"
	ArrivedOversize   = "oversize"
	ArrivedIncomplete = "incomplete" // an envelope, but not a whole one
)

// ArrivalError says what arrived in place of an envelope.
type ArrivalError struct {
	Class  string // one of the Arrived constants
	Detail string // for a log line: what is wrong, or at most maxQuote safe bytes
}

// Error returns the class and the detail.
func (e *ArrivalError) Error() string {
	if e.Detail == "" {
		return "not an envelope: " + e.Class
	}
	return "not an envelope: " + e.Class + ": " + e.Detail
}

// incomplete is the error for an envelope that lacks something.
func incomplete(detail string) error {
	return &ArrivalError{Class: ArrivedIncomplete, Detail: detail}
}

// arrivalOf classifies a text without any of the five parameters.
func arrivalOf(text string) error {
	class := classOf(text)
	if class == ArrivedNothing || class == ArrivedBinary {
		return &ArrivalError{Class: class}
	}
	return &ArrivalError{Class: class, Detail: safeStart(text)}
}

// beginnings tells classes by how a text begins, in lower case; the first
// match counts.
var beginnings = []struct{ start, class string }{
	{"<?xml", ArrivedXML},
	{"<", ArrivedHTML},
	{"{", ArrivedJSON},
	{"[", ArrivedJSON},
}

// classOf names the class of a text without an envelope in it.
func classOf(text string) string {
	if text == "" {
		return ArrivedNothing
	}
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return ArrivedBinary
	}
	start := strings.ToLower(text[:min(len(text), len("<?xml"))])
	for _, b := range beginnings {
		if strings.HasPrefix(start, b.start) {
			return b.class
		}
	}
	return ArrivedText
}

// maxQuote is how many bytes of a foreign text may be quoted in an error.
const maxQuote = 40

// safeStart returns the beginning of a text in double quotes, with everything
// but visible ASCII and blanks replaced: enough to know a proxy's error page
// by, too little to carry a payload or to break a log line.
func safeStart(text string) string {
	start := bytes.Map(func(r rune) rune {
		if r < ' ' || r > '~' || r == '"' {
			return '.'
		}
		return r
	}, []byte(text[:min(len(text), maxQuote)]))
	return `"` + string(start) + `"`
}
