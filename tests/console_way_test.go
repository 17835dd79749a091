package tests

import (
	"os"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/tests/chromium"
	"github.com/paybridge/paybridge/tests/sandbox"
	"github.com/paybridge/paybridge/tests/sandbox/oldgateway"
)

// TestConsoleShowsTheWay looks at a merchant on its way to v2, on a phone and on a
// desktop: what the shadow found, the verdict with its reasons, and how its route has
// changed, by a person and by the guard. What people wrote stays text, and what is shown
// stays when the ledger goes away.
func TestConsoleShowsTheWay(t *testing.T) {
	t.Parallel()
	clearOfMidnight(t) // "on 1 of the last 7 days"
	m := newMovingWorld(t, "old", newWorld)
	m.settings.Extra += "\n\t\trollback {\n\t\t\tmin_payments 5\n\t\t\twindow 24h\n\t\t\tmax_worse 50\n\t\t}"
	d := m.withConsole()
	m.bridge.start()
	merID := shops["intl"].MerID

	m.bridge.ask("merchant", "route", merID, "shadow", "--why", markup).want(t, 0, "shadow")
	if err := m.old.Script(oldgateway.Rule{Behaviour: oldgateway.TextAmount, MerID: merID, Times: 1}); err != nil {
		t.Fatal(err)
	}
	if _, err := m.client("intl").Pay(m.ctx(), m.payment("intl", "WxSao", 200)); err == nil {
		t.Error("the merchant does not hear the old gateway's own words")
	}
	m.payMany("intl", 4200)
	m.awaitCompared(merID, 1+guarded)
	m.route(m.bridge, merID, "v2", "--percent", "50", "--actions", "WxSao", "--force")
	m.route(m.bridge, merID, "v2", "--force")
	refused, _ := sandbox.AmountFor(sandbox.Refused, false)
	m.payMany("intl", refused)
	m.awaitWayBack("intl")
	m.bridge.ask("routes", merID, "--timeline").want(t, 0, "default → shadow", "v2 50% WxSao → v2 100%", "v2 100% → old", "guard", markup)
	m.bridge.ask("--lang", "zh", "routes", merID, "--timeline").want(t, 0, "守护", "操作人")

	for _, browser := range []struct {
		name    string
		options chromium.Options
		list    []string
		words   []string
	}{
		{"phone", chromium.Options{}, []string{"不能迁移", "守护"}, []string{"不能迁移", "会出错", "类型不同 · pay · txnamt", "最近 7 天中有 1 天", "商户已被退回", "v2 5 / 5，旧网关 0 / 6", "v2 网关 · 50 % · WxSao → v2 网关 · 100 %", "守护", markup}},
		{
			"desktop", english,
			[]string{"not ready", "by the guard: v2 refused 5 of 5"},
			[]string{"not ready", "Fails", "other type · pay · txnamt", "on 1 of the last 7 days", "turned back and stays", "v2 5 / 5, old gateway 0 / 6", "v2 · 50 % · WxSao → v2 · 100 %", "the guard", markup},
		},
	} {
		tab := d.open(t, browser.options, "#list=routes")
		for _, words := range browser.list {
			tab.Await(words, `document.querySelector("#list").innerText.includes(`+quoteJS(words)+`)`)
		}
		tab.Inspect("way-list-" + browser.name)
		tab.Click(`#list [data-key="` + merID + `"] a`)
		for _, words := range browser.words {
			tab.Await(words, `document.querySelector("#merchantway").innerText.includes(`+quoteJS(words)+`)`)
		}
		tab.Inspect("way-" + browser.name)
		if browser.name == "desktop" {
			m.withoutLedger(tab)
		}
		tab.Goto("about:blank") // the page would go on to refresh itself while the ledger is away
	}
}

// withoutLedger has the ledger's file go away and come back while a merchant is looked
// at: what was read stays.
func (m *movingWorld) withoutLedger(tab *chromium.Tab) {
	m.t.Helper()
	file := strings.TrimPrefix(m.settings.Ledger, "sqlite ")
	if err := os.Rename(file, file+".away"); err != nil {
		m.t.Fatal(err)
	}
	tab.Click("#again")
	tab.Await("the trouble", `!document.querySelector("#trouble").hidden`)
	tab.Await("what was read", `document.querySelector("#merchantway").innerText.includes("txnamt")`)
	tab.Inspect("way-ledger-away")
	if err := os.Rename(file+".away", file); err != nil {
		m.t.Fatal(err)
	}
	m.bridge.wantHealth(200, `"status":"ready"`)
	tab.Click("#again")
	tab.Await("no trouble", `document.querySelector("#trouble").hidden`)
	onlyRefusals(m.t, tab)
}
