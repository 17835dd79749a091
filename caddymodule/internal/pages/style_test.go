package pages

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var (
	colourRule = regexp.MustCompile(`--([a-z-]+): (#[0-9a-f]{6});`)
	foreground = regexp.MustCompile(`[ ;{]color: var\(--([a-z-]+)\)`)
	literal    = regexp.MustCompile(`#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(`)
)

// inks lists what each colour of text or drawing stands on. The grounds are
// those of main, body, the link's box and buttons.
var inks = map[string][]string{
	"ink":       {"card", "ground"},
	"quiet":     {"card", "line"},
	"on-action": {"action"},
	"good":      {"card"},
	"bad":       {"card"},
	"note":      {"card"},
}

// schemes returns the colours of the light and the dark scheme.
func schemes(t *testing.T) (light, dark map[string]string) {
	t.Helper()
	blocks := strings.SplitN(style, ":root {", 3)
	if len(blocks) != 3 || !strings.Contains(blocks[1], "prefers-color-scheme: dark") {
		t.Fatal("the style does not begin with its two schemes")
	}
	read := func(block string) map[string]string {
		colours := make(map[string]string)
		block, _, _ = strings.Cut(block, "}")
		for _, rule := range colourRule.FindAllStringSubmatch(block, -1) {
			colours[rule[1]] = rule[2]
		}
		return colours
	}
	return read(blocks[1]), read(blocks[2])
}

// luminance is the relative luminance of WCAG 2.2.
func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	rgb, err := strconv.ParseUint(strings.TrimPrefix(colour, "#"), 16, 24)
	if err != nil {
		t.Fatalf("colour %q: %v", colour, err)
	}
	part := func(shift uint) float64 {
		c := float64(rgb>>shift&0xff) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*part(16) + 0.7152*part(8) + 0.0722*part(0)
}

func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	la, lb := luminance(t, a), luminance(t, b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

func TestContrast(t *testing.T) {
	t.Parallel()
	if got := contrast(t, "#ffffff", "#000000"); math.Abs(got-21) > 1e-9 {
		t.Fatalf("white on black is %f", got)
	}
	light, dark := schemes(t)
	for name, colours := range map[string]map[string]string{"light": light, "dark": dark} {
		for ink, grounds := range inks {
			for _, ground := range grounds {
				if got := contrast(t, colours[ink], colours[ground]); got < 4.5 {
					t.Errorf("%s: %s on %s is %.2f:1", name, ink, ground, got)
				}
			}
		}
	}
}

// TestColoursAreKnown keeps TestContrast whole: every colour of text is one of
// inks, and none is written outside the schemes.
func TestColoursAreKnown(t *testing.T) {
	t.Parallel()
	light, dark := schemes(t)
	if len(light) == 0 || len(light) != len(dark) {
		t.Errorf("%d colours in the light scheme, %d in the dark one", len(light), len(dark))
	}
	used := foreground.FindAllStringSubmatch(style, -1)
	if len(used) == 0 {
		t.Error("the style has no colours")
	}
	for _, colour := range used {
		if inks[colour[1]] == nil {
			t.Errorf("text is %s, which has no place in the test of contrast", colour[1])
		}
	}
	if all := len(literal.FindAllString(style, -1)); all != len(light)+len(dark) {
		t.Errorf("%d colours are written in the style, %d of them in its schemes", all, len(light)+len(dark))
	}
}

// TestMotion checks that everything that moves stands where it is not seen by
// those who asked for less motion.
func TestMotion(t *testing.T) {
	t.Parallel()
	const asked = "@media (prefers-reduced-motion: no-preference) {\n"
	before, after, found := strings.Cut(style, asked)
	moving, rest, closed := strings.Cut(after, "\n}\n")
	if !found || !closed || !strings.Contains(moving, "animation") {
		t.Fatal("the style has no block for motion")
	}
	if regexp.MustCompile(`animation|transition|@keyframes|scroll-behavior`).MatchString(before + rest) {
		t.Error("something moves for everybody")
	}
}
