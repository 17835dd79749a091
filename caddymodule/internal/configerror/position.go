// Package configerror says what is wrong with a configuration and where: all of it
// at once, in lines such as
//
//	/etc/caddy/Caddyfile:14: merchant 89900001: suite: unknown suite "rsa": use one of intl, gm
package configerror

import (
	"fmt"
	"strconv"
	"strings"
)

// Position is where a directive of the configuration stands. The zero Position is
// unknown, as in a configuration in JSON.
type Position struct {
	File   string
	Line   int // from 1, 0 = unknown
	Column int // from 1, in characters, 0 = not told

	// Imports are the import lines that brought the directive there, in Caddy's
	// words: import chain ['Caddyfile:30 (import shop)'].
	Imports string
}

// String is file:line or file:line:column, "" when unknown.
func (p Position) String() string {
	text := p.File
	for _, number := range []int{p.Line, p.Column} {
		if number > 0 {
			text += ":" + strconv.Itoa(number)
		}
	}
	return text
}

// importChain begins Imports.
const importChain = "import chain"

// MarshalText writes a position as Caddy does in errors of Caddyfiles: file:line,
// and the imports behind it. The column is left out, which those do not have.
func (p Position) MarshalText() ([]byte, error) {
	text := Position{File: p.File, Line: p.Line}.String()
	if p.Imports != "" {
		text += " " + p.Imports
	}
	return []byte(text), nil
}

// UnmarshalText reads what MarshalText writes. It takes any text, since a position
// is only for people: one without a line is a file.
func (p *Position) UnmarshalText(text []byte) error {
	*p = Position{File: string(text)}
	if file, imports, found := strings.Cut(p.File, " "+importChain); found {
		p.File, p.Imports = file, importChain+imports
	}
	at := strings.LastIndexByte(p.File, ':')
	if at < 0 {
		return nil
	}
	if line, err := strconv.Atoi(p.File[at+1:]); err == nil {
		p.File, p.Line = p.File[:at], line
	}
	return nil
}

// Source says where directives stand, by their names. A directive in the block of another is
// named with it, as in timeouts.reply, and a repeated one with its index, from 0:
// wechat_app[1].
type Source map[string]Position

// At returns where the first of the directives stands that it knows. For a directive inside
// another the outer one will do.
func (s Source) At(directives ...string) Position {
	for _, directive := range directives {
		for ; directive != ""; directive = outer(directive) {
			if p, known := s[directive]; known {
				return p
			}
		}
	}
	return Position{}
}

func outer(directive string) string { return directive[:max(0, strings.LastIndexAny(directive, ".["))] }

// Indexed names one of several directives of the same name.
func Indexed(directive string, index int) string { return fmt.Sprintf("%s[%d]", directive, index) }
