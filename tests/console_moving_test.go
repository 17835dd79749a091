package tests

import (
	"testing"

	"github.com/paybridge/paybridge/tests/chromium"
)

// TestConsoleMovesMerchants looks at where merchants' orders go, on a phone and on a
// desktop, and moves one: the next order goes there. The server's refusal is shown.
func TestConsoleMovesMerchants(t *testing.T) {
	t.Parallel()
	m := newMovingWorld(t, "old", newWorld)
	m.settings.Extra += "\n\t\tconsole_actions"
	d := m.withConsole()
	m.bridge.start()
	old := m.payBoth("old")["intl"].payment.OrderID
	m.route(m.bridge, shops["gm"].MerID, "v2", "--percent", "20", "--actions", "WxSao,AliSao", "--force")
	for _, browser := range []struct {
		name    string
		options chromium.Options
		words   []string
	}{
		{"phone", chromium.Options{}, []string{"旧网关", "v2 网关 · 20 % · WxSao，AliSao", "配置中的默认路由"}},
		{"desktop", english, []string{"old gateway", "v2 · 20 % · WxSao, AliSao", "by Ada from 127.0.0.1: and back on a phone"}},
	} {
		tab := d.open(t, browser.options, "")
		tab.Click("#tab-routes")
		for _, words := range browser.words {
			tab.Await(words, `document.querySelector("#list").innerText.includes(`+quoteJS(words)+`)`)
		}
		tab.Inspect("routes-" + browser.name)
		if lines := chromium.Evaluate[int](tab, `document.querySelector("#list [data-key] a").getClientRects().length`); lines != 1 {
			t.Errorf("%s: a merchant's number stands on %d lines", browser.name, lines)
		}
		change := func(place string) {
			t.Helper()
			tab.Click(`#list [data-key="` + shops["intl"].MerID + `"] .action button`)
			tab.Await("the choice", `document.querySelectorAll("#choice option").length === 7`)
			chromium.Evaluate[string](tab, `document.querySelector("#choice").value = "`+place+`"`)
		}
		change("6") // 100 %
		tab.Inspect("route-dialog-" + browser.name)
		confirm(tab, "Ada", "ready")
		tab.Await("the refusal", `/24 小时|hours only/.test(document.querySelector("#dialoglines").innerText)`)
		tab.AwaitTrouble("status 409")
		if troubles := tab.Troubles(); len(troubles) != 1 {
			t.Errorf("troubles are %q", troubles)
		}
		tab.Click("#dialogclose")
		change("1")
		confirm(tab, "", "have a look on a "+browser.name)
		tab.Await("the new route", `/作对照|with shadow/.test(document.querySelector("#dialoglines").innerText)`)
		tab.Click("#dialogclose")
		tab.Await("the reason", `document.querySelector("#list").innerText.includes("have a look on a `+browser.name+`")`)
		change("0")
		tab.Await("the route as it is now", `/作对照|with shadow/.test(document.querySelector("#dialoglines").innerText)`)
		confirm(tab, "", "and back on a "+browser.name)
		tab.Await("the way back", `document.querySelector("#list").innerText.includes("and back on a `+browser.name+`")`)
		tab.Click("#dialogclose")
		tab.Goto(d.url + "#find=" + old)
		tab.Await("whose order it is", `/只有旧网关有|Only the old gateway has/.test(document.querySelector("#foundtitle").innerText) &&
			/属于旧网关|is one of the old gateway/.test(document.querySelector("#foundold").innerText)`)
		tab.Inspect("found-old-" + browser.name)
	}
	m.bridge.ask("routes", shops["intl"].MerID).want(t, 0, "shadow → old", "Ada from 127.0.0.1: and back on a desktop")
}
