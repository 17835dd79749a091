package statement

import "fmt"

// PositionError says where in a statement something is wrong.
type PositionError struct {
	Line   int    // 1 is the first; 0 when it is not about a line
	Column string // its name, or its number where it has none; "" when it is about the whole line
	Err    error
}

func (e *PositionError) Error() string {
	switch {
	case e.Line == 0:
		return e.Err.Error()
	case e.Column == "":
		return fmt.Sprintf("line %d: %v", e.Line, e.Err)
	}
	return fmt.Sprintf("line %d, column %s: %v", e.Line, e.Column, e.Err)
}

// Unwrap returns what is wrong.
func (e *PositionError) Unwrap() error { return e.Err }

// shown quotes what stands in a statement, cut to what a line bears.
func shown(text string) string {
	const longest = 40 // characters
	if runes := []rune(text); len(runes) > longest {
		text = string(runes[:longest]) + "…"
	}
	return fmt.Sprintf("%q", text)
}
