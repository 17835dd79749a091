package forms

import (
	"mime"
	"regexp"
	"strings"
)

// formData is the type of multipart forms.
const formData = "multipart/form-data"

// Boundary returns the boundary of a multipart form; ok is false for every other
// Content-Type, which is read as urlencoded.
//
// Programs write boundaries that the grammar wants quoted, such as
// ====1616056691487===, without quotes, and parameters twice or with blanks
// around the sign. Servers of the time looked for the name and took what
// followed up to the next parameter; so does this where the grammar gives up.
func Boundary(contentType string) (boundary string, ok bool) {
	kind, params, err := mime.ParseMediaType(contentType)
	if err == nil {
		return params["boundary"], kind == formData && params["boundary"] != ""
	}
	kind, rest, _ := strings.Cut(contentType, ";")
	if !strings.EqualFold(strings.TrimSpace(kind), formData) {
		return "", false
	}
	boundary = unquotedBoundary(rest)
	return boundary, boundary != ""
}

// boundaryName is the parameter's name in any letters. A text must not be searched
// in small letters for it: these may be longer, and places in them are not places
// in the text.
var boundaryName = regexp.MustCompile(`(?i)boundary`)

// unquotedBoundary finds the value of boundary among parameters.
func unquotedBoundary(parameters string) string {
	for rest := parameters; ; {
		at := boundaryName.FindStringIndex(rest)
		if at == nil {
			return ""
		}
		before := strings.TrimSpace(rest[:at[0]])
		rest = rest[at[1]:]
		value, is := strings.CutPrefix(strings.TrimSpace(rest), "=")
		if !is || before != "" && !strings.HasSuffix(before, ";") && !strings.HasSuffix(before, ",") {
			continue // another parameter, or part of one
		}
		value = strings.TrimSpace(value)
		if quoted, is := strings.CutPrefix(value, `"`); is {
			value, _, _ = strings.Cut(quoted, `"`)
			return value
		}
		if end := strings.IndexAny(value, ";,"); end >= 0 {
			value = value[:end]
		}
		return strings.TrimSpace(value)
	}
}
