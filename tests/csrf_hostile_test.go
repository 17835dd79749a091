package tests

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/tests/chromium"
	"github.com/paybridge/paybridge/tests/httpclient"
)

// strangeSite is how a request of a page shows that is not the bridge's own. PORT is
// that of the address that is asked.
type strangeSite struct{ name, host, origin, fetchSite string }

var strangeSites = []strangeSite{
	{"another site", "", "https://evil.example", "cross-site"},
	{"another site in an old browser", "", "https://evil.example", ""},
	{"another port", "", "http://127.0.0.1:1", "same-site"},
	{"another port in an old browser", "", "http://127.0.0.1:1", ""},
	{"a sandboxed frame", "", "null", "cross-site"},
	{"a sandboxed frame in an old browser", "", "null", ""},
	{"a file", "", "file://", "cross-site"},
	{"a file in an old browser", "", "file://", ""},
	{"a name that was rebound", "rebound.example:PORT", "http://rebound.example:PORT", "same-origin"},
	{"a name that was rebound, in an old browser", "rebound.example:PORT", "http://rebound.example:PORT", ""},
	{"a name that was rebound, no origin", "rebound.example:PORT", "", ""},
	{"a name that was rebound, no port", "rebound.example", "http://rebound.example", "same-origin"},
	{"a name below localhost", "evil.localhost:PORT", "http://evil.localhost:PORT", "same-origin"},
	{"a name that begins as localhost", "localhost.evil.example:PORT", "http://localhost.evil.example:PORT", "same-origin"},
	{"a name that begins as the address", "127.0.0.1.evil.example:PORT", "http://127.0.0.1.evil.example:PORT", "same-origin"},
	{"a name that was rebound, the own origin", "rebound.example:PORT", "http://127.0.0.1:PORT", "same-origin"},
	{"the address as a number", "2130706433:PORT", "http://2130706433:PORT", "same-origin"},
	{"the own name, another origin", "", "http://rebound.example:PORT", "same-origin"},
}

// request is one of such a page.
func (s strangeSite) request(t *testing.T, method, address, kind, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequest(method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	at := func(text string) string { return strings.ReplaceAll(text, "PORT", r.URL.Port()) }
	if s.host != "" {
		r.Host = at(s.host)
	}
	for name, value := range map[string]string{"Origin": at(s.origin), "Sec-Fetch-Site": s.fetchSite, "Content-Type": kind} {
		if value != "" {
			r.Header.Set(name, value)
		}
	}
	return r
}

// powers are requests that would change something: of Caddy's own API, and of the
// bridge's.
func (d *desk) powers() map[string]string {
	all := map[string]string{
		"POST /load": `{}`, "POST /stop": ``, "DELETE /config/": ``, "POST /config/apps/x": `{}`, "PATCH /config/apps/http": `{}`, "PUT /config/apps/x": `{}`,
		"POST /paybridge/backup":           `{"path":"` + d.dir + `/stolen.db","why":"x"}`,
		"POST /paybridge/try/pay":          `{"merid":"89900001","action":"WxSao","amount":1,"why":"x"}`,
		"POST /paybridge/try/notify":       `{"merid":"89900001","url":"http://127.0.0.1:1/","why":"x"}`,
		"POST /paybridge/merchants/resume": `{"merid":"89900001","why":"x"}`,
	}
	for path, body := range changes(d.exhausted) {
		all["POST /paybridge/"+path] = body
	}
	return all
}

// TestHostileBrowsers sends to Caddy's admin endpoint and to the console what pages of
// other sites, files and names that were rebound could have a browser send, first by
// itself and then in a real browser. Nothing is changed, nothing can be read, with
// console_actions too.
func TestHostileBrowsers(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "console_actions")
	console, err := url.Parse(d.url)
	if err != nil {
		t.Fatal(err)
	}
	configured := d.adminPage("/config/")
	for place, host := range map[string]string{"admin": d.bridge.admin, "console": console.Host} {
		for _, site := range strangeSites {
			t.Run(place+"/"+site.name, func(t *testing.T) { d.standsUp(t, site, "http://"+host) })
		}
	}
	t.Run("in a browser", func(t *testing.T) { d.standsUpInBrowser(t, console.Host) })

	if got := d.adminText("changes"); got != `{"items":[]}`+"\n" {
		t.Errorf("changed: %s", got)
	}
	if d.adminPage("/config/") != configured {
		t.Error("the configuration is another one")
	}
	if reply := d.pay("intl", d.payment("intl", "WxSao", 1999)); reply.RespCode != "00" {
		t.Errorf("afterwards: %+v", reply)
	}
	d.rest()
}

// standsUp checks that a page of a strange site can neither change nor read anything at
// an address.
func (d *desk) standsUp(t *testing.T, site strangeSite, address string) {
	t.Helper()
	for power, body := range d.powers() {
		method, path, _ := strings.Cut(power, " ")
		for _, kind := range []string{"application/json", "text/plain", "application/x-www-form-urlencoded"} {
			resp, err := httpclient.Client.Do(site.request(t, method, address+path, kind, body))
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if resp.StatusCode < 400 {
				t.Errorf("%s as %s: status %d", power, kind, resp.StatusCode)
			}
		}
	}
	for _, path := range []string{"/paybridge/orders", "/paybridge/overview", "/config/", "/paybridge/"} {
		resp, err := httpclient.Client.Do(site.request(t, http.MethodGet, address+path, "", ""))
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		// A browser that asked in the name of another origin keeps the answer from it.
		shared := resp.Header.Get("Access-Control-Allow-Origin")
		sameOrigin := site.host != ""
		if shared != "" || sameOrigin && resp.StatusCode < 400 {
			t.Errorf("%s can be read: status %d, shared with %q: %.100s", path, resp.StatusCode, shared, text)
		}
	}
}

// standsUpInBrowser does so in a browser: from a page elsewhere, and from a name that
// leads here.
func (d *desk) standsUpInBrowser(t *testing.T, console string) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, `<!doctype html><html lang="en"><title>x</title><link rel="icon" href="data:,"><h1>x</h1><iframe name="f" srcdoc=""></iframe>`)
	}))
	t.Cleanup(elsewhere.Close)
	browser := english
	browser.NoIcon = true
	tab := chromium.Open(t, browser)
	tab.Goto(elsewhere.URL)
	for _, host := range []string{d.bridge.admin, console} {
		d.unleash(tab, "http://"+host, "no-cors", "text/plain")
		d.unleash(tab, "http://"+host, "cors", "application/json")
		chromium.Evaluate[any](tab, fmt.Sprintf(`void (%s).filter((r) => r.method === "POST").forEach((r) => {
			navigator.sendBeacon(r.url, r.body)
			const form = Object.assign(document.createElement("form"), {method: "post", enctype: "text/plain", target: "f", action: r.url})
			form.append(Object.assign(document.createElement("input"), {name: r.body}))
			document.body.append(form)
			form.submit()
		})`, d.powersJS("http://"+host)))
		if read := fetched(tab, quoteJS("http://"+host+"/paybridge/orders")); strings.Contains(read, "orderid") {
			t.Errorf("another site reads %s", read)
		}
		_, port, err := net.SplitHostPort(host)
		if err != nil {
			t.Fatal(err)
		}
		rebound := "http://" + chromium.Rebound + ":" + port
		if status := tab.Goto(rebound + "/paybridge/"); status != http.StatusForbidden {
			t.Errorf("%s is answered with status %d", rebound, status)
		}
		for _, status := range d.unleash(tab, rebound, "same-origin", "application/json") {
			if status < 400 {
				t.Errorf("from a name that was rebound: status %d", status)
			}
		}
		tab.Goto(elsewhere.URL)
	}
	tab.Troubles() // the refusals
}

// powersJS are the powers at an address, as a list in JavaScript.
func (d *desk) powersJS(address string) string {
	type request struct {
		Method string `json:"method"`
		URL    string `json:"url"`
		Body   string `json:"body"`
	}
	var list []request
	for power, body := range d.powers() {
		method, path, _ := strings.Cut(power, " ")
		list = append(list, request{method, address + path, body})
	}
	text, err := json.Marshal(list)
	if err != nil {
		panic(err) // texts always encode
	}
	return string(text)
}

// unleash has the page that a tab shows ask for every power, and returns the statuses;
// 0 is one that the page may not see.
func (d *desk) unleash(tab *chromium.Tab, address, mode, kind string) (statuses []int) {
	chromium.Evaluate[any](tab, fmt.Sprintf(`void (window.unleashed = null, Promise.all((%s).map((r) =>
		fetch(r.url, {method: r.method, mode: %q, headers: {"Content-Type": %q}, body: r.body || null}).then((a) => a.status).catch(() => 0),
	)).then((all) => { window.unleashed = all }))`, d.powersJS(address), mode, kind))
	tab.Await("the answers", "window.unleashed")
	return chromium.Evaluate[[]int](tab, "window.unleashed")
}
