package tests

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"github.com/paybridge/paybridge/tests/chromium"
)

// overviewPlots is what the API says of the last 24 hours.
type overviewPlots struct {
	Outcomes []struct {
		At     time.Time
		States map[string]int
	}
}

// paymentsPlot is what the console shows of the same: a row is the text of its cells.
type paymentsPlot struct {
	Newest string
	Bars   int
	Rows   []string
}

const paymentsPlotOf = `({
	newest: document.querySelector("#success tbody th")?.textContent ?? "",
	bars: document.querySelector("#success path.bar.good").getAttribute("d").split("M").length - 1,
	rows: [...document.querySelectorAll("#success tbody tr")].map((row) => [...row.cells].slice(1).map((cell) => cell.textContent).join(" | ")),
})`

// TestConsolePlots checks that the plots show what the API says, with gaps where
// nothing is known, and can be read by pointer, keyboard and as tables.
func TestConsolePlots(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "")
	d.history()
	tab := d.open(t, english, "")
	tab.Await("the plots", `document.querySelectorAll("figure path").length === 8`)
	if runs := chromium.Evaluate[int](tab, `document.querySelector("#backlog path.main").getAttribute("d").split("M").length - 1`); runs != 2 {
		t.Errorf("the backlog is drawn in %d pieces, want 2: no bridge ran in between", runs)
	}
	tab.Click("#success summary")
	said, shown := d.paymentsPlot(t, tab)
	tab.Click("#success summary")
	checkPayments(t, said, shown)
	checkReading(t, tab)
}

// paymentsPlot returns what the API says and what the tab shows of the same stretches:
// whichever is looked at last may already have one more.
func (d *desk) paymentsPlot(t *testing.T, tab *chromium.Tab) (said overviewPlots, shown paymentsPlot) {
	t.Helper()
	if !eventually(func() bool {
		said = overviewPlots{}
		if err := json.Unmarshal([]byte(d.adminText("overview")), &said); err != nil {
			t.Fatal(err)
		}
		shown = chromium.Evaluate[paymentsPlot](tab, paymentsPlotOf)
		newest := said.Outcomes[len(said.Outcomes)-1].At
		return shown.Newest == chromium.Evaluate[string](tab, fmt.Sprintf(`new Date(%d).toTimeString().slice(0, 5)`, newest.UnixMilli()))
	}) {
		t.Fatalf("the table begins with %q", shown.Newest)
	}
	return said, shown
}

// checkPayments compares the plot of payments and the table behind it with the API.
func checkPayments(t *testing.T, said overviewPlots, shown paymentsPlot) {
	t.Helper()
	if len(shown.Rows) != len(said.Outcomes) {
		t.Fatalf("%d rows, %d stretches", len(shown.Rows), len(said.Outcomes))
	}
	bars := 0
	for i, outcome := range said.Outcomes {
		s := outcome.States
		paid, unpaid := s["paid"]+s["refunded"], s["failed"]+s["closed"]
		if paid > 0 {
			bars++
		}
		want := "– | 0 | 0 | 0"
		if paid+unpaid > 0 {
			want = fmt.Sprintf("%.10g %% | %d | %d | %d", float64(int(1000*float64(paid)/float64(paid+unpaid)+0.5))/10, paid, unpaid, 0)
		}
		// The newest may have changed since.
		if got := shown.Rows[len(shown.Rows)-1-i]; got != want && i < len(said.Outcomes)-2 {
			t.Errorf("row %d: %s, want %s (%v)", i, got, want, s)
		}
	}
	if shown.Bars != bars {
		t.Errorf("%d bars, %d stretches with payments", shown.Bars, bars)
	}
}

// checkReading reads single values.
func checkReading(t *testing.T, tab *chromium.Tab) {
	t.Helper()
	const value = `document.querySelector("#backlog svg[role=slider]").getAttribute("aria-valuetext")`
	newest := chromium.Evaluate[string](tab, value)
	chromium.Evaluate[any](tab, `void document.querySelector("#backlog svg[role=slider]").focus()`)
	press(tab, kb.Home)
	oldest := chromium.Evaluate[string](tab, value)
	press(tab, kb.ArrowRight)
	second := chromium.Evaluate[string](tab, value)
	if newest == oldest || oldest == second || !strings.Contains(second, "Waiting ") || !strings.Contains(second, "In doubt ") {
		t.Errorf("read %q, %q, %q", newest, oldest, second)
	}
	// In the third quarter of the shown day merchants were down, for longer than this
	// test may take.
	chromium.Evaluate[any](tab, `void (() => {
		const svg = document.querySelector("#backlog svg[role=slider]"), box = svg.getBoundingClientRect();
		svg.dispatchEvent(new PointerEvent("pointermove", {clientX: box.left + 44 + (box.width - 52) * (1 - 228 / 1440), clientY: box.top + 40, pointerType: "mouse"}));
	})()`)
	if got := chromium.Evaluate[string](tab, value); !strings.Contains(got, "Overdue 2") || !strings.Contains(got, "In doubt 4") {
		t.Errorf("under the pointer: %s", got)
	}
	if tab.Has(`#backlog .cursor[visibility=hidden]`) {
		t.Error("no line under the pointer")
	}
}
