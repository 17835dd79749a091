package merchants

import (
	"unicode/utf8"

	"github.com/paybridge/paybridge/caddymodule/internal/configerror"
)

// locator tells the lines and columns of a file by offset. It walks through the
// text once when the offsets come in order.
type locator struct {
	path         string
	text         []byte
	offset       int64
	line, column int
}

func newLocator(path string, text []byte) *locator {
	return &locator{path: path, text: text, line: 1, column: 1}
}

// at returns where an offset is. Offsets beyond the text are its end.
func (l *locator) at(offset int64) configerror.Position {
	if offset < l.offset {
		l.offset, l.line, l.column = 0, 1, 1
	}
	for l.offset < min(offset, int64(len(l.text))) {
		r, size := utf8.DecodeRune(l.text[l.offset:])
		l.offset += int64(size)
		l.column++
		if r == '\n' {
			l.line, l.column = l.line+1, 1
		}
	}
	return configerror.Position{File: l.path, Line: l.line, Column: l.column}
}
