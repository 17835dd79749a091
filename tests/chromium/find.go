package chromium

import (
	"os"
	"os/exec"
	"testing"
)

// names is what packages call the program.
var names = []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"}

// program returns the path of the browser.
func program() (path string, found bool) {
	if path := os.Getenv("PAYBRIDGE_TEST_CHROMIUM"); path != "" {
		return path, true
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path, true
		}
	}
	return "", false
}

// missing ends a test that cannot have its browser.
func missing(tb testing.TB) {
	tb.Helper()
	const advice = "no Chromium here: install the package chromium, or set PAYBRIDGE_TEST_CHROMIUM"
	if os.Getenv("PAYBRIDGE_REQUIRE_CHROMIUM") != "" {
		tb.Fatal(advice)
	}
	tb.Skip(advice)
}
