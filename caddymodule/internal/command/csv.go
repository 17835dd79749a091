package command

import (
	"regexp"
	"strings"
)

// quantity is a number with a sign, which Excel may take for what it is.
var quantity = regexp.MustCompile(`^[+-]?\d+(\.\d+)?$`)

// harmless makes cells that Excel would take for formulas into texts: a merchant, or
// whoever wrote a statement, chooses what stands in them.
func harmless(cells []string) []string {
	for i, cell := range cells {
		if cell != "" && strings.ContainsRune("=+-@\t\r\n", rune(cell[0])) && !quantity.MatchString(cell) {
			cells[i] = "'" + cell
		}
	}
	return cells
}
