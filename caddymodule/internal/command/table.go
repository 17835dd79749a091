package command

import (
	"fmt"
	"strings"

	"golang.org/x/text/width"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/visible"
)

// table prints rows in columns, below a head of the catalogue.
func (p printer) table(head string, rows [][]string) {
	const gap = 2
	for _, row := range rows {
		for i, cell := range row {
			row[i] = visible.Line(cell)
		}
	}
	lines := append([][]string{strings.Split(p.text(bilingual.Say(head)), " | ")}, rows...)
	widths := make([]int, len(lines[0]))
	for _, line := range lines {
		for i, cell := range line[:min(len(line), len(widths))] {
			widths[i] = max(widths[i], cells(cell)+gap)
		}
	}
	for _, line := range lines {
		var text strings.Builder
		for i, cell := range line {
			if i < len(line)-1 {
				cell = padded(cell, widths[i])
			}
			text.WriteString(cell)
		}
		_, _ = fmt.Fprintln(p, text.String())
	}
}

// padded fills a text up with blanks to so many cells of a terminal.
func padded(text string, wanted int) string {
	return text + strings.Repeat(" ", max(0, wanted-cells(text)))
}

// cells is how wide a terminal draws a text: Chinese characters take two cells each.
func cells(text string) int {
	n := 0
	for _, r := range text {
		n++
		if kind := width.LookupRune(r).Kind(); kind == width.EastAsianWide || kind == width.EastAsianFullwidth {
			n++
		}
	}
	return n
}
