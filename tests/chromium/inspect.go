package chromium

import _ "embed" // the script

//go:embed inspect.js
var inspectScript string

// Wrong lists what makes the page hard to use: a page wider than the screen,
// letters too small or without contrast, controls without a name or too low for a
// finger, no language, no title.
func (t *Tab) Wrong() []string {
	t.tb.Helper()
	var wrong []string
	if !eventually(func() bool {
		wrong = Evaluate[[]string](t, inspectScript)
		return wrong != nil
	}) {
		t.tb.Fatalf("waited too long for a page to inspect\non %s", t.describe())
	}
	return wrong
}

// Inspect keeps a picture of the page under a name and fails the test for all
// that is wrong with it.
func (t *Tab) Inspect(name string) {
	t.tb.Helper()
	t.Screenshot(name)
	for _, wrong := range t.Wrong() {
		t.tb.Errorf("%s: %s", name, wrong)
	}
}
