package pages

import (
	"fmt"
	"strings"

	"rsc.io/qr"
)

const (
	// quietZone is the white border that scanners need, in modules (ISO/IEC
	// 18004 §9.1).
	quietZone = 4
	// qrLimit is the widest code that is drawn, in modules: version 17, for
	// links to about 500 bytes. Wider ones scan badly from a small screen and
	// make the page too large.
	qrLimit = 85
)

// QRCode is a QR code as one SVG path: a line of width 1 along each row, broken
// where modules are white.
type QRCode struct {
	Size int // of the drawing with its quiet zone, in modules
	Path string
}

// newQRCode draws text. It returns nil if there is nothing to draw or too much.
func newQRCode(text string) *QRCode {
	if text == "" {
		return nil
	}
	code, err := qr.Encode(text, qr.M)
	if err != nil || code.Size > qrLimit {
		return nil
	}
	var path strings.Builder
	for y := range code.Size {
		drawRow(&path, code, y)
	}
	return &QRCode{Size: code.Size + 2*quietZone, Path: path.String()}
}

// drawRow draws row y: to its first dark run, then in turns over dark and white.
func drawRow(path *strings.Builder, code *qr.Code, y int) {
	end := -1 // of the last dark run; none yet
	for x := 0; x < code.Size; x++ {
		if !code.Black(x, y) {
			continue
		}
		start := x
		for code.Black(x, y) {
			x++
		}
		if end < 0 {
			fmt.Fprintf(path, "M%d %d.5h%d", start+quietZone, y+quietZone, x-start)
		} else {
			fmt.Fprintf(path, "m%d 0h%d", start-end, x-start)
		}
		end = x
	}
}
