package command

import (
	"regexp"

	"github.com/paybridge/paybridge/caddymodule/internal/visible"
)

// quantity is a number with a sign, which Excel may take for what it is.
var quantity = regexp.MustCompile(`^[+-]?\d+(\.\d+)?$`)

// formula is the beginning of what a spreadsheet takes for a formula, in full-width
// characters too: of a cell, or behind a semicolon, at which those of some countries
// split lines whatever stands around it.
var formula = regexp.MustCompile(`(^|;)(\s*)([=+\-@＝＋－＠])`)

// harmless makes cells that a spreadsheet would take for formulas into texts, and
// spells out what cannot be seen: a merchant, the gateway, or whoever wrote a statement
// chooses what stands in them.
func harmless(cells []string) []string {
	for i, cell := range cells {
		if !quantity.MatchString(cell) {
			cells[i] = formula.ReplaceAllString(visible.Line(cell), "$1$2'$3")
		}
	}
	return cells
}
