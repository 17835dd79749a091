package tests

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/paybridge/paybridge/tests/chromium"
)

// rowsStay insists that a refresh leaves the rows of the list what and where they are: who
// reads or has the focus in one is not thrown out of it.
func rowsStay(t *testing.T, tab *chromium.Tab) {
	t.Helper()
	const rows = `[...document.querySelectorAll("#list tbody tr")]`
	before := chromium.Evaluate[string](tab, `(() => { const all = `+rows+`; all.forEach((row, i) => { row.mark = i; }); return all.map((row, i) => i + row.innerText).join("\n"); })()`)
	for range 3 {
		refresh(tab)
		if after := chromium.Evaluate[string](tab, rows+`.map((row) => row.mark + row.innerText).join("\n")`); after != before {
			t.Fatalf("a refresh makes of\n%s\nthis:\n%s", before, after)
		}
	}
}

// countingAnswers is a browser whose page counts the answers that it has read and shown.
func countingAnswers() chromium.Options {
	browser := english
	browser.Inject = `
		window.answers = 0;
		for (const name of ["json", "text"]) {
			const read = Response.prototype[name];
			Response.prototype[name] = async function () {
				const answer = await read.call(this);
				setTimeout(() => { window.answers++; }); // a task, which comes after all that the page does with it
				return answer;
			};
		}`
	return browser
}

// refresh has the page ask for health, overview and the list, and show what it hears.
func refresh(tab *chromium.Tab) {
	tab.Await("the page to be at rest", `window.answers >= 3 && window.answers % 3 === 0`)
	before := chromium.Evaluate[int](tab, `window.answers`)
	tab.Click("#again")
	tab.Await("its answers", fmt.Sprintf(`window.answers >= %d`, before+3))
}

// TestConsoleKeepsBothNotesOfAPurge: a purge leaves two changes that concern no order, and
// the page keeps them apart however often it asks.
func TestConsoleKeepsBothNotesOfAPurge(t *testing.T) {
	t.Parallel()
	d := newWorld(t, settings{Extra: hasty}).withConsole()
	d.bridge.start()
	d.paidOrders(2)
	d.bridge.stop()
	d.age(400 * 24 * time.Hour)
	d.bridge.start()
	d.bridge.ask("purge", "--older-than", "300d", "--export", filepath.Join(d.dir, "purged.jsonl"), "--why", "retention", "--yes").want(t, 0)
	tab := d.open(t, countingAnswers(), "#list=changes")
	listHas(tab, "begun, ", "undefined")
	text := chromium.Evaluate[string](tab, `document.querySelector("#list").innerText`)
	if strings.Count(text, "begun, ") != 1 || strings.Count(text, "retention") != 2 {
		t.Errorf("the changes of one purge are\n%s", text)
	}
	rowsStay(t, tab)
	tab.Inspect("changes")
	tab.Await("the times", `(window.asked ||= fetch("changes").then((answer) => answer.json()).then(({ items }) => { window.times = items.map((c) => c.at); })) && window.times`)
	if times := chromium.Evaluate[[]string](tab, `window.times`); len(times) != 2 || times[0] == times[1] {
		t.Errorf("the two notes of a purge are of %q", times)
	}
}

// TestConsoleSurvivesEqualKeys: of rows whose keys are equal, which should not be, none is
// lost, doubled or made anew.
func TestConsoleSurvivesEqualKeys(t *testing.T) {
	t.Parallel()
	tab := openDesk(t, "").open(t, english, "")
	chromium.Evaluate[any](tab, `void import("./console/dom.js").then(({ make, reconcile, setText }) => {
		const list = make("ul");
		let made = 0;
		const show = (...items) => {
			reconcile(list, items, ([key]) => key, () => { made++; return make("li"); }, (item, text) => setText(item, text));
			return [...list.children].map((item) => item.textContent).join(" ");
		};
		window.shown = [show("a1", "a2", "b"), show("a1", "a2", "b"), show("b", "a1", "a2", "a3"), show("a2"), show()].join(", ") + ": " + made;
	})`)
	tab.Await("the lists", `window.shown`)
	got := chromium.Evaluate[string](tab, `window.shown`)
	if want := "a1 a2 b, a1 a2 b, b a1 a2 a3, a2, : 4"; got != want {
		t.Errorf("the list shows %s, want %s", got, want)
	}
}
