package tests

import (
	"strings"
	"testing"

	"github.com/paybridge/paybridge/tests/chromium"
)

// part is a part of the console: where the address has it, what it asks for, where it says
// how that stands, and what is there when it has been answered.
type part struct{ hash, path, status, shown string }

// TestConsoleUnansweredParts: where a part of the page gets no answer while the bridge
// answers the rest, it says so itself, and from when it is; its next answer takes that back.
func TestConsoleUnansweredParts(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "")
	for name, p := range map[string]part{
		"list":     {"#list=orders", "orders?", "#list .partstatus", "#list table"},
		"order":    {"#order=89900001/" + d.paid, "order?", "#orderstatus", "#events li"},
		"merchant": {"#merchant=89900001", "merchant?", "#merchantstatus", "#merchantfacts div"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tab := d.open(t, keepingBack(""), "")
			awaitList(tab, "of orders in doubt")
			p.losesAnswers(t, tab)
		})
	}
}

// TestConsoleUnansweredWay: so does a merchant's way to v2, which is asked for by itself.
func TestConsoleUnansweredWay(t *testing.T) {
	t.Parallel()
	tab := openMovingDesk(t).open(t, keepingBack(""), "")
	awaitList(tab, "of orders in doubt")
	part{"#merchant=" + shops["intl"].MerID, "readiness?", "#waystatus", "#merchantway:not([hidden])"}.losesAnswers(t, tab)
}

// losesAnswers opens the part without an answer, and has it lose a later one.
func (p part) losesAnswers(t *testing.T, tab *chromium.Tab) {
	t.Helper()
	slowly(tab, p.path)
	chromium.Evaluate[any](tab, `void (location.hash = `+quoteJS(p.hash)+`)`)
	awaitKept(tab, "1")
	lose(tab)
	letGo(tab)
	if said := p.says(tab); !strings.Contains(said, "did not answer") || strings.Contains(said, "Loading") || strings.Contains(said, "from") {
		t.Errorf("without its first answer it says %q", said)
	}
	p.heals(tab)

	slowly(tab, p.path)
	tab.Click("#again")
	awaitKept(tab, "1")
	lose(tab)
	letGo(tab)
	if said := p.says(tab); !strings.Contains(said, "did not answer") || !strings.Contains(said, "What is shown here is from") {
		t.Errorf("without a later answer it says %q", said)
	}
	if !tab.Has(p.shown) || tab.Shows("cannot be reached") {
		t.Errorf("without a later answer the page shows\n%s", tab.Text())
	}
	tab.Inspect("unanswered")

	tab.Click("#again")
	awaitKept(tab, "1")
	p.heals(tab)
	lose(tab)
	letGo(tab)
	if said := p.says(tab); said != "" {
		t.Errorf("an answer that was overtaken does not come, and it says %q", said)
	}
}

// says is what the part says of its answers.
func (p part) says(tab *chromium.Tab) string {
	return chromium.Evaluate[string](tab, `document.querySelector(`+quoteJS(p.status)+`).innerText.trim()`)
}

// heals lets the part have its answers again.
func (p part) heals(tab *chromium.Tab) {
	slowly(tab, "")
	tab.Click("#again")
	tab.Await("the part", `document.querySelector(`+quoteJS(p.shown)+`) && document.querySelector(`+quoteJS(p.status)+`).hidden`)
}
