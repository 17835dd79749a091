package command

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/mdp/qrterminal/v3"
)

// drawCode draws a QR code that a phone reads from the screen.
func drawCode(w io.Writer, text string) {
	const quiet = 2 // modules around it; a screen needs fewer than paper
	var code bytes.Buffer
	qrterminal.GenerateWithConfig(text, qrterminal.Config{
		Level: qrterminal.L, Writer: &code, HalfBlocks: true, QuietZone: quiet,
		BlackChar: qrterminal.BLACK_BLACK, WhiteBlackChar: qrterminal.WHITE_BLACK,
		WhiteChar: qrterminal.WHITE_WHITE, BlackWhiteChar: qrterminal.BLACK_WHITE,
	})
	before, after := "", ""
	w = beneath(w)     // nobody else chooses what is drawn
	if isTerminal(w) { // white on black, whatever its colours are
		before, after = "\x1b[97;40m", "\x1b[0m"
	}
	for line := range strings.Lines(code.String()) {
		fmt.Fprintln(w, "  "+before+strings.TrimRight(line, "\n")+after)
	}
}
