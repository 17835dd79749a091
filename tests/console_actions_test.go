package tests

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/tests/chromium"
	"github.com/paybridge/paybridge/tests/httpclient"
)

// quoteJS writes a text as a JavaScript string.
func quoteJS(text string) string {
	quoted, err := json.Marshal(text)
	if err != nil {
		panic(err) // a string always encodes
	}
	return string(quoted)
}

// confirm says who and why in the dialog and confirms it.
func confirm(tab *chromium.Tab, who, why string) {
	tab.Await("what it would do", `!document.querySelector("#dialogconfirm").disabled`)
	tab.Write("#who", who)
	tab.Write("#why", why)
	tab.Click("#dialogconfirm")
}

// tells waits for a line of the dialog.
func tells(tab *chromium.Tab, words string) {
	tab.Await("the dialog to say "+words, `document.querySelector("#dialoglines").innerText.includes(`+quoteJS(words)+`)`)
}

// adminText asks the admin API as a program would.
func (d *desk) adminText(path string) string { return d.adminPage("/paybridge/" + path) }

// TestConsoleResends: first what would be sent, then who and why, then it is with
// the merchant and in the order's story.
func TestConsoleResends(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]chromium.Options{"laptop": english, "phone": {Language: "en"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := openDesk(t, "console_actions")
			tab := d.open(t, o, "#order=89900001/"+d.exhausted)
			calls := len(d.receivers["intl"].Notifications(d.exhausted))
			tab.Click(`#actions [data-key^=resend]`)
			tells(tab, "Dry run: 1 would be sent again")
			tells(tab, "to "+strings.TrimPrefix(d.backURLs["intl"], "http://")[:len("127.0.0.1:")])
			tab.Inspect("dry-run")
			if got := len(d.receivers["intl"].Notifications(d.exhausted)); got != calls {
				t.Errorf("the dry run called the merchant: %d, %d before", got, calls)
			}
			tab.Click("#dialogconfirm")
			if strings.Contains(d.adminText("changes"), "resend") {
				t.Error("sent again without a name and a reason")
			}
			confirm(tab, "王 Ada", "the merchant has mended its shop "+markup)
			tells(tab, "1 will be sent again now")
			tab.Inspect("done")
			got := d.notified("intl", d.exhausted, calls+1)[calls]
			if !got.Answer.Acknowledges() {
				t.Errorf("notified: %+v", got)
			}
			tab.Click("#dialogclose")
			tab.AwaitText("Reason: the merchant has mended its shop " + markup)
			tab.AwaitText("sent again by 王 Ada from 127.0.0.1")
			d.awaitState(d.exhausted, "paid", "delivered")
			tab.Click("#again")
			tab.Await("no more to be offered", `!document.querySelector("#actions [data-key^=resend]")`)
			awaitNumber(tab, "exhausted", "0")
		})
	}
}

// TestConsoleResendsAll sends all of a merchant again, and leaves everything as
// it is when the operator thinks better of it.
func TestConsoleResendsAll(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "console_actions")
	tab := d.open(t, chinese, "")
	calls := len(d.receivers["intl"].Notifications(d.exhausted))
	tab.Click(`#numbers [data-key=exhausted] button`)
	tab.Click(".groups button")
	tells(tab, "将重发 1 条通知")
	press(tab, "\x1b")
	tab.Await("the dialog to close", `!document.querySelector("#dialog").open`)
	if strings.Contains(d.adminText("changes"), "resend") {
		t.Error("sent again although nobody confirmed it")
	}
	tab.Click(".groups button")
	confirm(tab, "小王", "商户已修复")
	tells(tab, "已安排重发 1 条通知")
	d.notified("intl", d.exhausted, calls+1)
}

// TestConsolePauses pauses a merchant, sees its next notification kept back, and
// resumes it.
func TestConsolePauses(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "console_actions")
	tab := d.open(t, english, "#order=89900001/"+d.paid)
	tab.Click(`#actions [data-key^=pause_merchant]`)
	tells(tab, "nothing is lost")
	confirm(tab, "Ada", "their shop is down")
	tells(tab, "The notifications of merchant 89900001 are paused")
	tab.Click("#dialogclose")
	tab.Await("the number", `document.querySelector("#numbers [data-key=paused] strong").textContent === "1"`)
	tab.AwaitText("by Ada from 127.0.0.1: their shop is down")

	kept := d.pay("intl", d.payment("intl", "WxCode", 5600)).OrderID
	d.awaitState(kept, "paid", "paused")
	tab.Click(`#numbers [data-key=paused] button`)
	tab.Click("#list .action button")
	tells(tab, "Now kept back: 1.")
	tab.Inspect("resume")
	confirm(tab, "", "their shop is back")
	tells(tab, "1 are sent now")
	d.notified("intl", kept, 1)
	tab.Click("#dialogclose")
	tab.Await("the number", `document.querySelector("#numbers [data-key=paused] strong").textContent === "0"`)
}

// TestConsoleCannotAct: without console_actions nothing is offered, and the
// server refuses whatever a page that was tampered with sends.
func TestConsoleCannotAct(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "")
	tab := d.open(t, english, "#order=89900001/"+d.exhausted)
	tab.AwaitText("none acknowledged")
	tab.AwaitText("Read-only")
	tab.Click(`#numbers [data-key=exhausted] button`)
	tab.Await("the list", `document.querySelector("#list tbody a")`)
	if tab.Has("#actions button, #list .action button, .groups button") {
		t.Errorf("actions are offered: %s", tab.Text())
	}
	tab.Inspect("read-only")
	for path, body := range changes(d.exhausted) {
		said := fetched(tab, fmt.Sprintf(`%s, {method: "POST", headers: {"Content-Type": "application/json", "Paybridge-Operator": "Mallory"}, body: %s}`,
			quoteJS("/paybridge/"+path), quoteJS(body)))
		if !strings.HasPrefix(said, "403") || !strings.Contains(said, "console_actions") {
			t.Errorf("%s: %s", path, said)
		}
	}
	if got := d.adminText("changes"); got != `{"items":[]}`+"\n" {
		t.Errorf("changed: %s", got)
	}
	tab.Troubles() // the refusals
}

// fetched is what a script gets that calls fetch with some arguments: the status
// and the body, or the error.
func fetched(tab *chromium.Tab, arguments string) string {
	chromium.Evaluate[any](tab, `void (window.fetched = "", fetch(`+arguments+`).then(async (r) => r.status + " " + await r.text()).catch(String).then((said) => { window.fetched = said }))`)
	tab.Await("the answer", "window.fetched")
	return chromium.Evaluate[string](tab, "window.fetched")
}

// changes are requests that would change something.
func changes(orderID string) map[string]string {
	return map[string]string{
		"notifications/resend": `{"merid":"89900001","orderid":"` + orderID + `","why":"x"}`,
		"merchants/pause":      `{"merid":"89900001","why":"x"}`,
		"orders/refund":        `{"merid":"89900001","orderid":"` + orderID + `","why":"x"}`,
		"orders/deal":          `{"merid":"89900001","orderid":"` + orderID + `","matter":"notification","why":"x"}`,
		"quarantine/deal":      `{"id":"1","why":"x"}`,
		"orders/settle":        `{"merid":"89900001","orderid":"` + orderID + `","state":"paid","gateway_no":"1","why":"x"}`,
	}
}

// TestConsoleOfOtherSites: a page of another site that an operator has open can
// neither act nor read, by script, by form or in a frame, even while actions are
// on.
func TestConsoleOfOtherSites(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "console_actions")
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, `<!doctype html><html lang="en"><title>x</title><link rel="icon" href="data:,"><h1>x</h1>
			<form method="post" enctype="text/plain" action="%smerchants/pause"><input name='{"merid":"89900001","why":"' value='x"}'><button>go</button></form>`, d.url)
	}))
	t.Cleanup(elsewhere.Close)
	browser := english
	browser.NoIcon = true // of the refusal that the form leads to
	tab := chromium.Open(t, browser)
	tab.Goto(elsewhere.URL)
	for path, body := range changes(d.exhausted) {
		for _, mode := range []string{"cors", "no-cors"} {
			for _, kind := range []string{"application/json", "text/plain"} {
				fetched(tab, fmt.Sprintf(`%s, {method: "POST", mode: %q, referrerPolicy: "no-referrer", headers: {"Content-Type": %q}, body: %s}`,
					quoteJS(d.url+path), mode, kind, quoteJS(body)))
			}
		}
	}
	if read := fetched(tab, quoteJS(d.url+"orders")); strings.Contains(read, "orderid") {
		t.Errorf("another site reads %s", read)
	}
	tab.Click("button")
	tab.AwaitText("pages of other sites may ask nothing here")
	if got := d.adminText("changes"); got != `{"items":[]}`+"\n" {
		t.Errorf("changed: %s", got)
	}
	tab.Troubles() // the refusals
}

// TestConsoleOpensNothingElse: the console's site answers a typed address, at
// loopback's names alone, and beside it Caddy's own API stays as shut to browsers
// as without the console.
func TestConsoleOpensNothingElse(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "console_actions")
	refused := english
	refused.NoIcon = true
	tab := chromium.Open(t, refused)
	site, err := url.Parse(d.url)
	if err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]int64{
		d.url: http.StatusOK,
		"http://" + d.bridge.admin + "/paybridge/orders": http.StatusForbidden,
		"http://" + d.bridge.admin + "/config/":          http.StatusForbidden,
		"http://" + site.Host + "/config/":               http.StatusNotFound,
		"http://" + site.Host + "/load":                  http.StatusNotFound,
		d.bridge.url + "/paybridge/orders":               http.StatusNotFound,
	} {
		if status := tab.Goto(address); status != want {
			t.Errorf("%s: status %d, want %d", address, status, want)
		}
		tab.Troubles()
	}
	for _, host := range []string{d.bridge.admin, site.Host} {
		for _, path := range []string{"/load", "/stop", "/paybridge/backup"} {
			for _, origin := range []string{"file://", "null", "http://shop.example.com"} {
				if status := posted(t, "http://"+host+path, host, origin); status < 400 {
					t.Errorf("%s%s takes Origin %s: status %d", host, path, origin, status)
				}
			}
		}
	}
	if status := posted(t, d.url+"merchants/pause", "rebound.example", "http://rebound.example"); status != http.StatusForbidden {
		t.Errorf("status %d at a name that was rebound", status)
	}
	if reply := d.pay("intl", d.payment("intl", "WxSao", 1999)); reply.RespCode != "00" {
		t.Errorf("afterwards: %+v", reply)
	}
}

// posted POSTs as a page of some origin would, and returns the status.
func posted(t *testing.T, address, host, origin string) int {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, address, strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	r.Host = host
	r.Header.Set("Origin", origin)
	r.Header.Set("Content-Type", "text/plain")
	resp, err := httpclient.Client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode
}
