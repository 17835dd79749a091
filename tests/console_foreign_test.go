package tests

import (
	"fmt"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/tests/chromium"
	"github.com/paybridge/paybridge/tests/port"
)

// withConsoleBehind is withConsole with rules of the site in front of the console.
func (w *world) withConsoleBehind(rules ...string) *desk {
	w.t.Helper()
	site := port.Free(w.t)
	w.settings.After = fmt.Sprintf(":%s {\n\tbind 127.0.0.1\n\troute {\n\t\t%s\n\t\tpaybridge_console\n\t}\n}\n",
		strings.TrimPrefix(site, "127.0.0.1:"), strings.Join(rules, "\n\t\t"))
	w.writeConfig(w.bridge)
	return &desk{world: w, url: "http://" + site + "/paybridge/"}
}

// foreignTroubles insists that nothing has gone wrong in a tab but what a test has made
// go wrong, and leaves its page.
func foreignTroubles(t *testing.T, tab *chromium.Tab) {
	t.Helper()
	tab.Goto("about:blank") // the page would go on to refresh itself
	for _, trouble := range tab.Troubles() {
		if !strings.Contains(trouble, "status 4") && !strings.Contains(trouble, "status 502") && !strings.Contains(trouble, "/login") {
			t.Error(trouble)
		}
	}
}

// TestConsoleTellsForeignAnswers: what stands in front of the bridge answers in its own way,
// as do the rule for readers in docs/operating.md, a proxy and a login. The page tells what
// came, and never that nothing did.
func TestConsoleTellsForeignAnswers(t *testing.T) {
	t.Parallel()
	d := newWorld(t, settings{Extra: "notify_schedule 1s\n\t\tconsole_actions"}).withConsoleBehind(
		`respond /paybridge/merchants/pause "only an operator may do that" 403`,
		`respond /paybridge/changes 401`,
		`redir /paybridge/quarantine https://login.example.com/`,
		`redir /paybridge/merchants /login`,
		"header /paybridge/refused Content-Type text/html", `respond /paybridge/refused "<h1>Welcome</h1>" 200`,
		"header /paybridge/sums Content-Type text/html", `respond /paybridge/sums "<h1>Bad Gateway</h1>" 502`,
		"header /paybridge/notifications/resend Content-Type text/html", `respond /paybridge/notifications/resend "<h1>Bad Gateway</h1>" 502`,
		`respond /paybridge/search "slow down" 429`,
	)
	d.bridge.start()
	d.play()
	lists := map[string][2]string{
		"changes":    {"The answer was HTTP status 401. Perhaps you are not logged in any more", "应答的 HTTP 状态码为 401。 登录可能已经失效"},
		"quarantine": {"The answer leads to another page. Perhaps you are not logged in any more", "应答转向了另一个页面。 登录可能已经失效"},
		"merchants":  {"The answer leads to another page. Perhaps you are not logged in any more", "应答转向了另一个页面。 登录可能已经失效"},
		"refused":    {"The answer was HTTP status 200. Perhaps you are not logged in any more", "应答的 HTTP 状态码为 200。 登录可能已经失效"},
		"sums":       {"The answer was HTTP status 502. It is tried again", "应答的 HTTP 状态码为 502。 每 15 秒"},
	}
	for i, browser := range []chromium.Options{english, chinese} {
		tab := d.open(t, browser, "")
		for name, want := range lists {
			tab.Goto(d.url + "#list=" + name)
			tab.Await("the list "+name+" to say "+want[i], `document.querySelector("#list").innerText.includes(`+quoteJS(want[i])+`)`)
			tab.Inspect(name)
		}
		tab.Goto(d.url + "#find=1")
		tab.Await("what became of the search", `document.querySelector("#foundtitle").innerText.includes("429")`)
		foreignTroubles(t, tab)
	}

	tab := d.open(t, english, "#order=89900001/"+d.exhausted)
	tab.Click(`#actions [data-key^=resend]`)
	tells(tab, "The answer was HTTP status 502. Look at how things stand before you try again.")
	tab.Click("#dialogclose")
	tab.Click(`#actions [data-key^=pause_merchant]`)
	confirm(tab, "Ada", "their shop is down")
	tells(tab, "The answer was HTTP status 403: only an operator may do that")
	tab.Inspect("reader")
	foreignTroubles(t, tab)
}

// TestConsoleTellsThatTheLoginIsOver: so does the head of the page, where nothing at all is
// answered any more.
func TestConsoleTellsThatTheLoginIsOver(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ rule, want string }{
		"401":      {"respond /paybridge/overview 401", "HTTP status 401. Perhaps you are not logged in any more: load this page again. Nothing has been read yet."},
		"redirect": {"redir /paybridge/overview https://login.example.com/", "leads to another page. Perhaps you are not logged in any more"},
		"proxy":    {`respond /paybridge/overview "no upstream" 503`, "HTTP status 503: no upstream"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newWorld(t, settings{}).withConsoleBehind(c.rule)
			d.bridge.start()
			tab := chromium.Open(t, english)
			tab.Goto(d.url)
			tab.Await("the trouble "+c.want, `document.querySelector("#trouble").innerText.includes(`+quoteJS(c.want)+`)`)
			tab.Goto("about:blank")
			tab.Troubles() // they are what is tested
		})
	}
}
