package statement

import (
	"fmt"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
)

// say fills values into a sentence of the catalogue.
var say = bilingual.Say

// PositionError says where in a statement something is wrong.
type PositionError struct {
	Line   int    // 1 is the first; 0 when it is not about a line
	Column string // its name, or its number where it has none; "" when it is about the whole line
	Err    error
}

func (e *PositionError) Error() string { return e.Said().Error() }

// Said is the error in both languages.
func (e *PositionError) Said() bilingual.Said {
	switch {
	case e.Line == 0:
		return say("%v", e.Err)
	case e.Column == "":
		return say("line %d: %v", e.Line, e.Err)
	}
	return say("line %d, column %s: %v", e.Line, e.Column, e.Err)
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
