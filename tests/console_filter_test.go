package tests

import (
	"net/url"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"

	"github.com/paybridge/paybridge/tests/chromium"
)

// in opens the console in a browser that is in a time zone.
func (d *desk) in(t *testing.T, zone, fragment string) *chromium.Tab {
	t.Helper()
	tab := chromium.Open(t, english)
	emulate(tab, "travelling", emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: zone})
	tab.Goto(d.url + fragment)
	tab.Await("the console", `document.querySelector("#asof").textContent !== ""`)
	return tab
}

// field is what a field of the filter says.
func field(tab *chromium.Tab, name string) string {
	return chromium.Evaluate[string](tab, `document.querySelector(".filter [name=`+name+`]").value`)
}

// TestConsoleFiltersByTheSameTimeEverywhere: an address that is sent to somebody in another
// zone means the same time there, and is shown as that zone has it. An address of before,
// without a zone, still means local time.
func TestConsoleFiltersByTheSameTimeEverywhere(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "")
	shanghai := d.in(t, "Asia/Shanghai", "#list=orders")
	set := func(tab *chromium.Tab, name, value string) {
		chromium.Evaluate[any](tab, `void (document.querySelector(".filter [name=`+name+`]").value = "`+value+`")`)
	}
	set(shanghai, "from", "2026-01-02T03:04")
	set(shanghai, "to", "2099-01-02T03:04:05")
	shanghai.Click(".filter button")
	shanghai.Await("the filter in the address", `location.hash.includes("from=")`)
	listHas(shanghai, d.paid, "undefined")
	sent, err := url.PathUnescape(chromium.Evaluate[string](shanghai, `location.hash`))
	if want := "#list=orders&from=2026-01-01T19:04Z&to=2099-01-01T19:04:05Z"; err != nil || sent != want {
		t.Errorf("the address is %s, want %s", sent, want)
	}
	for _, name := range []string{"from", "to"} {
		if got, want := field(shanghai, name), map[string]string{"from": "2026-01-02T03:04", "to": "2099-01-02T03:04:05"}[name]; got != want {
			t.Errorf("in Shanghai %s is %s, want %s", name, got, want)
		}
	}
	shanghai.Inspect("filter")

	newfoundland := d.in(t, "America/St_Johns", sent)
	listHas(newfoundland, d.paid, "undefined")
	if got := field(newfoundland, "from"); got != "2026-01-01T15:34" {
		t.Errorf("in St John's it is from %s", got)
	}
	newfoundland.Click(".filter button")
	if again, _ := url.PathUnescape(chromium.Evaluate[string](newfoundland, `location.hash`)); again != sent {
		t.Errorf("sent again it is %s", again)
	}

	// An hour and a half ago as a clock in St John's shows it is hours to come in Shanghai.
	place, err := time.LoadLocation("America/St_Johns")
	if err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-90 * time.Minute).In(place).Format("2006-01-02T15:04")
	newfoundland.Goto(d.url + "#list=orders&from=" + old)
	listHas(newfoundland, d.paid, "undefined")
	if got := field(newfoundland, "from"); got != old {
		t.Errorf("an address of before is shown as %s, want %s", got, old)
	}
}

// TestConsoleRefusesThreeAmounts: an amount has one line at most between two numbers.
func TestConsoleRefusesThreeAmounts(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "")
	tab := d.open(t, english, "#list=orders&amount=10-20-30")
	tab.Await("the refusal", `document.querySelector("#list").innerText.includes("query.min_fen")`)
	onlyRefusals(t, tab)
}

// TestConsoleTitleCountsEveryOrderOnce: an order in doubt whose next step is overdue is one
// order that waits for somebody.
func TestConsoleTitleCountsEveryOrderOnce(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "")
	tab := d.open(t, english, "")
	tab.Await("one in doubt, one exhausted", `document.title.startsWith("(2) ")`)
	chromium.Evaluate[any](tab, `void (window.atOnce = window.fetch, window.fetch = async (...asked) => {
		const answer = await window.atOnce(...asked);
		if (!String(asked[0]).startsWith("overview")) return answer;
		const overview = await answer.json();
		Object.assign(overview.gauges, { overdue_orders: 4, overdue_twice: 2 });
		return new Response(JSON.stringify(overview), { headers: { "Content-Type": "application/json" } });
	})`)
	tab.Click("#again")
	tab.Await("those that are counted once", `document.title.startsWith("(4) ")`)
}
