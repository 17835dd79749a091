package tests

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/paybridge/paybridge/tests/chromium"
)

// listHas waits until the list shows an order, and not another.
func listHas(tab *chromium.Tab, has, hasNot string) {
	list := `document.querySelector("#list").innerText`
	tab.Await("the list to have "+has, list+`.includes(`+quoteJS(has)+`) && !`+list+`.includes(`+quoteJS(hasNot)+`)`)
}

// TestConsoleViews: filters stand in the address, lists lead to merchants and back, the
// span of the plots is chosen, and everything is looked at on a desk and on a phone.
func TestConsoleViews(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "console_actions")
	d.history()
	d.bridge.wantHealth(200, `"status":"ready"`) // it was started anew
	d.bridge.ask("merchant", "pause", "89900001", "--why", "their shop is down").want(t, 0)
	d.bridge.ask("merchant", "resume", "89900001", "--why", "their shop is back").want(t, 0)
	for name, o := range map[string]chromium.Options{"desk": chinese, "phone": {Language: "en"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tab := d.open(t, o, "#list=orders&merid=89900001&action=WxCode&amount=1234.56")
			listHas(tab, d.paid, d.exhausted)
			tab.Inspect("filtered")
			tab.Goto(d.url + "#list=orders&merid=89900001&amount=40-50&state=paid")
			listHas(tab, d.exhausted, d.paid)
			if got := chromium.Evaluate[string](tab, `document.querySelector(".filter [name=amount]").value`); got != "40-50" {
				t.Errorf("the form says %q", got)
			}
			chromium.Evaluate[any](tab, `void (document.querySelector(".filter [name=amount]").value = "")`)
			tab.Write(".filter [name=amount]", "8.80")
			chromium.Evaluate[any](tab, `void (document.querySelector(".filter [name=state]").value = "failed")`)
			tab.Click(".filter button")
			listHas(tab, d.failed, d.exhausted)
			tab.Await("the filter in the address", `location.hash.includes("amount=8.80") && location.hash.includes("state=failed")`)
			listHas(tab, "余额不足", d.paid) // why it failed
			tab.Back()
			listHas(tab, d.exhausted, d.failed)

			tab.Goto(d.url + "#list=notifications&merid=89900001")
			listHas(tab, d.exhausted, "undefined")
			tab.Inspect("notifications")
			tab.Goto(d.url + "#list=changes&merid=89900001")
			listHas(tab, "their shop is back", "undefined")
			tab.Inspect("changes")
			tab.Goto(d.url + "#list=refused")
			awaitList(tab, "refused")
			tab.Inspect("refused")

			tab.Goto(d.url + "#merchant=89900001")
			tab.Await("the merchant", `document.querySelectorAll("#merchantfacts div").length > 7 && document.querySelector("#merchantcauses li")`)
			tab.Inspect("merchant")
			darken(tab)
			tab.Inspect("merchant-night")
			tab.Click(`#merchantlinks a[href*="orders"]`)
			listHas(tab, d.paid, "PAST")

			for i, span := range []string{"60", "24", "7"} {
				tab.Click("#spans button:nth-child(" + string(rune('1'+i)) + ")")
				tab.Await("the span "+span, `document.querySelector("#spans [aria-pressed=true]").innerText.startsWith("`+span+`") && document.querySelectorAll("#success svg .middle").length > 2`)
				tab.Inspect("span-" + span)
			}
			tab.Await("the span in the address", `location.search === "?span=7d" && location.hash.startsWith("#list=")`)
			tab.Back()
			tab.Await("the span before", `document.querySelector("#spans [aria-pressed=true]").innerText.startsWith("24") && location.search === "?span=24h"`)
			tab.Goto(strings.Replace(d.url, "/paybridge/", "/paybridge/?span=1h", 1) + "#merchant=89900001")
			tab.Await("the span that was sent", `document.querySelector("#spans [aria-pressed=true]").innerText.startsWith("60") && document.querySelectorAll("#success svg .middle").length > 2`)
			tab.Click(`#merchantlinks a[href*="orders"]`)
			tab.Await("the span to stay", `location.search === "?span=1h" && location.hash.startsWith("#list=orders")`)
			tab.Goto(strings.Replace(d.url, "/paybridge/", "/paybridge/?span=constructor", 1))
			tab.Await("the usual span", `document.querySelector("#spans [aria-pressed=true]").innerText.startsWith("24")`)
		})
	}
}

// TestConsoleKeys: an operator finds, walks, opens and closes without a mouse, and
// whoever types is left alone.
func TestConsoleKeys(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "")
	tab := d.open(t, english, "#list=orders&merid=89900001")
	listHas(tab, d.paid, "undefined")
	if title := chromium.Evaluate[string](tab, "document.title"); !strings.HasPrefix(title, "(") {
		t.Errorf("the title does not count what is open: %q", title)
	}
	focused := func(what, condition string) { tab.Await(what, "(e => "+condition+")(document.activeElement)") }
	press(tab, "j")
	focused("the first row", `e === document.querySelector("#list tbody tr")`)
	press(tab, "j")
	press(tab, kb.ArrowDown)
	focused("the third row", `e === document.querySelectorAll("#list tbody tr")[2]`)
	press(tab, "k")
	focused("the second row", `e === document.querySelectorAll("#list tbody tr")[1]`)
	press(tab, "\r")
	tab.Await("the order", `!document.querySelector("#order").hidden && location.hash.startsWith("#order=")`)
	press(tab, kb.Escape)
	tab.Await("the order to be closed", `document.querySelector("#order").hidden`)
	press(tab, "?")
	tab.Await("the keys", `document.querySelector("#keys").open`)
	tab.Inspect("keys")
	press(tab, "j")
	press(tab, kb.Escape)
	tab.Await("the keys to be closed", `!document.querySelector("#keys").open`)
	press(tab, "/")
	focused("the search", `e.id === "number"`)
	chromium.Evaluate[any](tab, `void (document.activeElement.value = "")`) // this keyboard also sends the letter
	press(tab, "j")
	press(tab, "?")
	press(tab, "/")
	if got := chromium.Evaluate[string](tab, `document.querySelector("#number").value`); got != "j?/" || tab.Has("#keys[open]") {
		t.Errorf("typed %q", got)
	}
}
