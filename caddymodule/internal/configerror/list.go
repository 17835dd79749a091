package configerror

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ErrMissing is wrapped by errors that say that a directive is missing. They are noise
// while directives could not be read.
var ErrMissing = errors.New("missing")

// Error is one thing that is wrong with a configuration.
type Error struct {
	At  Position
	Err error

	// Others is how many more merchants have it, by the same directive with the same
	// value: a key file that all of them share.
	Others int
}

// Error is one line.
func (e *Error) Error() string {
	text := strings.ReplaceAll(e.Err.Error(), "\n", " ")
	if at := e.At.String(); at != "" {
		text = at + ": " + text
	}
	if e.Others > 0 {
		text += fmt.Sprintf(" (and so for %d more)", e.Others)
	}
	if e.At.Imports != "" {
		text += " (" + e.At.Imports + ")"
	}
	return text
}

// Unwrap returns the error without its position.
func (e *Error) Unwrap() error { return e.Err }

// List is everything that is wrong with a configuration. As an error it is one
// line, with the first of them.
type List []*Error

// Add appends an error that stands at a position, unless it brings its own. It
// appends all of a list, and nothing for nil.
func (l *List) Add(at Position, err error) {
	if err == nil {
		return
	}
	var list List
	var one *Error
	switch {
	case errors.As(err, &list):
		*l = append(*l, list...)
	case errors.As(err, &one):
		*l = append(*l, one)
	default:
		*l = append(*l, &Error{At: at, Err: err})
	}
}

// WithoutMissing returns the errors that are no consequence of directives that could
// not be read.
func (l List) WithoutMissing() List {
	return slices.DeleteFunc(slices.Clone(l), func(e *Error) bool { return errors.Is(e, ErrMissing) })
}

// Err returns the list in the order of the files' lines, nil if it is empty.
func (l List) Err() error {
	if len(l) == 0 {
		return nil
	}
	sorted := slices.Clone(l)
	slices.SortStableFunc(sorted, func(a, b *Error) int {
		return cmp.Or(cmp.Compare(a.At.File, b.At.File), cmp.Compare(a.At.Line, b.At.Line), cmp.Compare(a.At.Column, b.At.Column))
	})
	return sorted
}

// Error says how many there are, and the first.
func (l List) Error() string {
	if len(l) == 1 {
		return l[0].Error()
	}
	return fmt.Sprintf("%d errors in the configuration, each with a line of its own in the log; the first: %s", len(l), l[0])
}

// Unwrap returns the errors.
func (l List) Unwrap() []error {
	all := make([]error, len(l))
	for i, e := range l {
		all[i] = e
	}
	return all
}

// MostTold is how many errors have a line each.
const MostTold = 50

// Lines returns the errors as people read them: how many there are, if more than
// one, and a line for each of the first.
func (l List) Lines() []string {
	var lines []string
	if len(l) > 1 {
		lines = append(lines, fmt.Sprintf("%d errors in the configuration:", len(l)))
	}
	for _, e := range l[:min(len(l), MostTold)] {
		lines = append(lines, e.Error())
	}
	if more := len(l) - MostTold; more > 0 {
		lines = append(lines, fmt.Sprintf("… and %d more", more))
	}
	return lines
}
