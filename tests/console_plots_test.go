package tests

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/paybridge/paybridge/tests/chromium"
)

// overviewPlots is what the API says of the last 24 hours.
type overviewPlots struct {
	Outcomes []struct{ States map[string]int }
	Samples  []struct{ Waiting int }
}

// TestConsolePlots checks that the plots show what the API says, with gaps where
// nothing is known, and can be read by pointer, keyboard and as tables.
func TestConsolePlots(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "")
	d.history()
	tab := d.open(t, english, "")
	tab.Await("the plots", `document.querySelectorAll("figure path").length === 8`)
	var now overviewPlots
	if err := json.Unmarshal([]byte(d.adminText("overview")), &now); err != nil {
		t.Fatal(err)
	}
	if runs := chromium.Evaluate[int](tab, `document.querySelector("#backlog path.main").getAttribute("d").split("M").length - 1`); runs != 2 {
		t.Errorf("the backlog is drawn in %d pieces, want 2: no bridge ran in between", runs)
	}
	paid := 0
	for _, outcome := range now.Outcomes {
		if outcome.States["paid"]+outcome.States["refunded"] > 0 {
			paid++
		}
	}
	if bars := chromium.Evaluate[int](tab, `document.querySelector("#success path.bar.good").getAttribute("d").split("M").length - 1`); bars != paid {
		t.Errorf("%d bars, %d stretches with payments", bars, paid)
	}
	checkTable(t, tab, now)
	checkReading(t, tab)
}

// checkTable compares the table behind the plot of payments with the API.
func checkTable(t *testing.T, tab *chromium.Tab, now overviewPlots) {
	t.Helper()
	tab.Click("#success summary")
	tab.Await("the table", `document.querySelectorAll("#success tbody tr").length > 0`)
	rows := chromium.Evaluate[[]string](tab, `[...document.querySelectorAll("#success tbody tr")].map((row) => [...row.cells].slice(1).map((cell) => cell.textContent).join(" | "))`)
	if len(rows) != len(now.Outcomes) {
		t.Fatalf("%d rows, %d stretches", len(rows), len(now.Outcomes))
	}
	for i, outcome := range now.Outcomes[:len(now.Outcomes)-2] { // the newest may have changed since
		s := outcome.States
		paid, unpaid := s["paid"]+s["refunded"], s["failed"]+s["closed"]
		want := "– | 0 | 0 | 0"
		if paid+unpaid > 0 {
			want = fmt.Sprintf("%.10g %% | %d | %d | %d", float64(int(1000*float64(paid)/float64(paid+unpaid)+0.5))/10, paid, unpaid, 0)
		}
		if got := rows[len(rows)-1-i]; got != want {
			t.Errorf("row %d: %s, want %s (%v)", i, got, want, s)
		}
	}
	tab.Click("#success summary")
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
	// In the third quarter of the shown day merchants were down.
	chromium.Evaluate[any](tab, `void (() => {
		const svg = document.querySelector("#backlog svg[role=slider]"), box = svg.getBoundingClientRect();
		svg.dispatchEvent(new PointerEvent("pointermove", {clientX: box.left + 44 + (box.width - 52) * (1 - 215 / 1440), clientY: box.top + 40, pointerType: "mouse"}));
	})()`)
	if got := chromium.Evaluate[string](tab, value); !strings.Contains(got, "Overdue 2") || !strings.Contains(got, "In doubt 4") {
		t.Errorf("under the pointer: %s", got)
	}
	if tab.Has(`#backlog .cursor[visibility=hidden]`) {
		t.Error("no line under the pointer")
	}
}
