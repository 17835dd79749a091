package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/mdp/qrterminal/v3"
)

// Measures of a line, in columns.
const (
	lineWidth  = 90
	indent     = "      "
	labelWidth = 18
)

// Colours of a terminal (ECMA-48).
const (
	plain = "\x1b[0m"
	bold  = "\x1b[1m"
	dim   = "\x1b[2m"
	red   = "\x1b[31m"
	cyan  = "\x1b[36m"
	// onBlack makes codes readable whatever the terminal's colours.
	onBlack = "\x1b[97;40m"
)

// printer writes for a person who watches.
type printer struct {
	out      io.Writer
	coloured bool
	steps    int
	begun    time.Time
}

func newPrinter(out io.Writer) *printer {
	return &printer{out: out, coloured: wantsColour(out), begun: time.Now()}
}

// wantsColour reports whether out is a terminal whose user has not set
// NO_COLOR (no-color.org).
func wantsColour(out io.Writer) bool {
	file, ok := out.(*os.File)
	if !ok || os.Getenv("NO_COLOR") != "" {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

func (p *printer) colour(colour, text string) string {
	if !p.coloured {
		return text
	}
	return colour + text + plain
}

// line writes one line. Nobody can be told that it could not be written.
func (p *printer) line(text string) { _, _ = fmt.Fprintln(p.out, text) }

func (p *printer) title(text string) { p.line(p.colour(bold, text)) }

// step begins the next numbered step.
func (p *printer) step(title string) {
	p.steps++
	p.line("\n" + p.colour(cyan, fmt.Sprintf("%3d", p.steps)) + "   " + p.colour(bold, title))
}

// row writes a label and a text beside it, cut to the line.
func (p *printer) row(label, text string) {
	text = cut(text, lineWidth-len(indent)-labelWidth)
	p.line(indent + p.colour(dim, fmt.Sprintf("%-*s", labelWidth, label)) + text)
}

// block writes the lines of a text, cut to the line, with four blanks for a
// tab.
func (p *printer) block(text string) {
	for line := range strings.Lines(strings.ReplaceAll(text, "\t", "    ")) {
		p.line(strings.TrimRight(indent+cut(strings.TrimRight(line, "\n"), lineWidth-len(indent)), " "))
	}
}

// json writes JSON over several lines. Members that are empty share lines: a
// v2 request has every member that the interface defines.
func (p *printer) json(text string) {
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, []byte(text), "", "  "); err != nil {
		p.block(text) // shown as it came; whether it is good is judged elsewhere
		return
	}
	var lines []string
	for line := range strings.SplitSeq(pretty.String(), "\n") {
		if last := len(lines) - 1; last >= 0 && isEmptyMember(line) && isEmptyMember(lines[last]) {
			if joined := lines[last] + " " + strings.TrimSpace(line); len(indent)+len(joined) <= lineWidth {
				lines[last] = joined
				continue
			}
		}
		lines = append(lines, line)
	}
	p.block(strings.Join(lines, "\n"))
}

func isEmptyMember(line string) bool {
	return strings.HasSuffix(strings.TrimSuffix(line, ","), `: ""`)
}

// qr draws a code that a phone reads from the screen.
func (p *printer) qr(text string) {
	var code bytes.Buffer
	qrterminal.GenerateWithConfig(text, qrterminal.Config{
		Level: qrterminal.L, Writer: &code, HalfBlocks: true, QuietZone: 2,
		BlackChar: qrterminal.BLACK_BLACK, WhiteBlackChar: qrterminal.WHITE_BLACK,
		WhiteChar: qrterminal.WHITE_WHITE, BlackWhiteChar: qrterminal.BLACK_WHITE,
	})
	for line := range strings.Lines(code.String()) {
		p.line(indent + p.colour(onBlack, strings.TrimRight(line, "\n")))
	}
}

// end writes the last line of a demo that went well.
func (p *printer) end() {
	took := time.Since(p.begun).Round(100 * time.Millisecond)
	p.line("\n" + p.colour(bold, fmt.Sprintf("Done in %s. Both servers are stopped and the folder is gone.", took)))
}

// failure writes why the demo has failed and what to do.
func (p *printer) failure(ctx context.Context, err error) {
	if ctx.Err() != nil {
		p.line("\n" + p.colour(bold, "Interrupted. Both servers are stopped and the folder is gone."))
		return
	}
	p.line("\n" + p.colour(red, "The demo has failed: ") + err.Error())
	var l logged
	if errors.As(err, &l) && len(l.lines) > 0 {
		p.line("\nThe servers' logs:")
		for _, line := range l.lines {
			p.line("  " + line)
		}
	}
	p.line("\n" + adviceFor(err))
}

// cut shortens a text to a number of columns.
func cut(text string, columns int) string {
	used := 0
	for i, r := range text {
		width := columnsOf(r)
		// The last column is for the mark, unless the text ends there.
		if used+width > columns-1 && used+columnsOfText(text[i:]) > columns {
			return text[:i] + "…"
		}
		used += width
	}
	return text
}

func columnsOfText(text string) int {
	columns := 0
	for _, r := range text {
		columns += columnsOf(r)
	}
	return columns
}

// columnsOf is 2 for the Chinese of the wire, which begins behind the symbols,
// arrows and blocks.
func columnsOf(r rune) int {
	if r >= 0x2e80 {
		return 2
	}
	return 1
}

// short keeps both ends of a long text.
func short(text string) string {
	const kept = 12
	if len(text) <= 2*kept {
		return text
	}
	return fmt.Sprintf("%s…%s (%d characters)", text[:kept], text[len(text)-kept:], len(text))
}
