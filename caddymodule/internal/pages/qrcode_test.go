package pages

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"rsc.io/qr"
)

var (
	wholePath = regexp.MustCompile(`^(M\d+ \d+\.5h\d+(m\d+ 0h\d+)*)+$`)
	pathMove  = regexp.MustCompile(`M(\d+) (\d+)\.5|m(\d+) 0|h(\d+)`)
)

// TestQRCode reads the path back into modules and compares each with the code.
func TestQRCode(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"https://a.example/", sampleLink, sampleShop} {
		code, err := qr.Encode(text, qr.M)
		if err != nil {
			t.Fatal(err)
		}
		drawn := newQRCode(text)
		if drawn == nil || drawn.Size != code.Size+8 || !wholePath.MatchString(drawn.Path) {
			t.Fatalf("drawing of %q: %+v", text, drawn)
		}
		dark := readPath(t, drawn.Path)
		for y := range drawn.Size {
			for x := range drawn.Size {
				if got := dark[[2]int{x, y}]; got != code.Black(x-4, y-4) {
					t.Fatalf("module %d,%d of %q is dark: %v", x-4, y-4, text, got)
				}
			}
		}
	}
}

func readPath(t *testing.T, path string) map[[2]int]bool {
	t.Helper()
	dark := make(map[[2]int]bool)
	var x, y int
	for _, move := range pathMove.FindAllString(path, -1) {
		var n int
		switch {
		case strings.HasPrefix(move, "M"):
			scan(t, move, "M%d %d.5", &x, &y)
		case strings.HasPrefix(move, "m"):
			scan(t, move, "m%d 0", &n)
			x += n
		default:
			scan(t, move, "h%d", &n)
			for range n {
				dark[[2]int{x, y}] = true
				x++
			}
		}
	}
	return dark
}

func scan(t *testing.T, text, format string, into ...any) {
	t.Helper()
	if _, err := fmt.Sscanf(text, format, into...); err != nil {
		t.Fatal(err)
	}
}

func TestNoQRCode(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"nothing":       "",
		"wide":          strings.Repeat("x", 600),
		"beyond a code": strings.Repeat("x", 4000),
	} {
		if code := newQRCode(text); code != nil {
			t.Errorf("%s: a code of %d modules", name, code.Size)
		}
	}
}
