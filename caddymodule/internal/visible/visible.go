// Package visible spells out characters that cannot be seen, so that what strangers
// wrote can be shown to people. A merchant, the gateway or a payer chooses texts that an
// operator reads on a terminal, and a terminal obeys some characters instead of showing
// them: it sets its title, writes over lines or types. Others turn the order of what is
// read around, hide in it or begin a line that looks like the program's own.
//
// They are spelt as JSON spells them, \u001b, so that what was JSON still says the same.
package visible

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Line spells out all characters of a text that cannot be seen, line ends too.
func Line(text string) string { return spelt(text, unseen) }

// Text does so but for line ends and tabs.
func Text(text string) string { return spelt(text, unseenInText) }

// unseen reports whether a character cannot be seen and does something: controls, marks
// of bidirectional text and others of their kind, separators of lines.
func unseen(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
}

func unseenInText(r rune) bool { return r != '\n' && r != '\t' && unseen(r) }

func spelt(text string, which func(rune) bool) string {
	if !strings.ContainsFunc(text, which) && utf8.ValidString(text) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if !which(r) {
			b.WriteRune(r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&b, `\u%04x`, unit)
		}
	}
	return b.String()
}

// Writer writes texts as [Text] has them.
type Writer struct {
	to   io.Writer
	rest []byte // the beginning of a character that the next write ends
}

// NewWriter makes a writer that writes to another.
func NewWriter(to io.Writer) *Writer { return &Writer{to: to} }

// Write implements io.Writer.
func (w *Writer) Write(p []byte) (int, error) {
	text := slices.Concat(w.rest, p)
	end := len(text)
	for back := 1; back < utf8.UTFMax && back <= len(text); back++ {
		if last := text[len(text)-back:]; utf8.RuneStart(last[0]) {
			if !utf8.FullRune(last) {
				end -= back
			}
			break
		}
	}
	w.rest = bytes.Clone(text[end:])
	if _, err := io.WriteString(w.to, Text(string(text[:end]))); err != nil {
		return 0, err //nolint:wrapcheck // a writer's errors are those of the one below
	}
	return len(p), nil
}

// Beneath returns the writer that everything is written to.
func (w *Writer) Beneath() io.Writer { return w.to }
