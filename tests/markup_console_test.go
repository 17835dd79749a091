package tests

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/paybridge/paybridge/tests/chromium"
	"github.com/paybridge/paybridge/tests/sandbox"
)

// unshown are the texts of answers that the console asks for and does not show, with
// the reason. Any other is seen on the page, or the test fails.
var unshown = map[string]string{
	"CalledAgain.explained": ownWords, "Order.explained": ownWords, "RefundAnswer.gateway_said": ownWords,
	"ChangeList.next": cursor, "MerchantList.next": cursor, "NotificationList.next": cursor, "OrderList.next": cursor, "QuarantineList.next": cursor, "RefusalList.next": cursor, "RouteList.next": cursor, "SumList.next": cursor,
	"Change.id": decides, "Check.level": decides, "HealthAnswer.status": decides,
	"Quarantined.dealt_who": byCommand, "Quarantined.detail": byCommand, "Quarantined.dealt_why": byCommand, "Quarantined.flow_no": byCommand, "Quarantined.source": byCommand, "Quarantined.tran_code": byCommand,
	"Route.who": byCommand, "Route.why": byCommand,
	"Readiness.first_day": byCommand, "Readiness.last_day": byCommand, "ReadinessList.next": cursor,
	"ReadinessSeen.detail": byCommand, "ReadinessSeen.example": byCommand, "ReadinessSeen.interface": byCommand, "ReadinessSeen.subject": byCommand,
	"Readiness.merid": oneMerchant, "Refused.merid": oneMerchant,
}

// The reasons.
const (
	ownWords  = "the page says it in its own words"
	cursor    = "it goes into the address of the next page"
	decides   = "the page only goes by it"
	byCommand = "the command shows it"

	oneMerchant = "the page is about one merchant"
)

// poisoned is a console whose every answer has the attack in all texts that somebody
// could have chosen.
type poisoned struct {
	*desk
	seen map[string]bool // fields whose attack was shown as text

	mu   sync.Mutex
	into poisoner
	real map[string]string // what to ask the API for in place of the attack, by the member
}

// poison puts itself between the browser and the console of a desk.
func poison(t *testing.T, d *desk) *poisoned {
	t.Helper()
	p := &poisoned{
		desk: d, into: poisoner{filled: make(map[string]bool)}, seen: make(map[string]bool),
		real: map[string]string{"merid": shops["intl"].MerID, "id": d.quarantined()},
	}
	if err := json.Unmarshal([]byte(d.adminText("openapi.json")), &p.into.answerSchemas); err != nil {
		t.Fatal(err)
	}
	console, err := url.Parse(d.url)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: console.Host})
			p.askForReal(r.Out)
			if r.In.Header.Get("Origin") != "" {
				r.Out.Header.Set("Origin", "http://"+console.Host)
			}
		},
		ModifyResponse: p.rewrite,
	})
	t.Cleanup(proxy.Close)
	p.url = proxy.URL + "/paybridge/"
	return p
}

// askForReal puts real numbers into a change that the page asks for by poisoned ones.
func (p *poisoned) askForReal(r *http.Request) {
	var body map[string]any
	if r.Method != http.MethodPost || json.NewDecoder(r.Body).Decode(&body) != nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for member, value := range body {
		if text, is := value.(string); is && strings.HasPrefix(text, "⟦") {
			body[member] = p.real[member]
		}
	}
	text, err := json.Marshal(body)
	if err != nil {
		panic(err) // it has just been decoded
	}
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(text)), int64(len(text))
}

// rewrite poisons one answer of the API: also a refusal.
func (p *poisoned) rewrite(answer *http.Response) error {
	operation, known := p.into.Paths[answer.Request.URL.Path]
	if !known || answer.Header.Get("Content-Type") != "application/json" {
		return nil
	}
	of := operation[strings.ToLower(answer.Request.Method)].Responses["200"].Content["application/json"].Schema
	if answer.StatusCode >= 400 && answer.StatusCode != http.StatusServiceUnavailable {
		of = schema{Ref: "#/components/schemas/Error"}
	}
	decoder := json.NewDecoder(answer.Body)
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return err
	}
	answer.Body.Close()
	p.mu.Lock()
	value = p.into.poison("", of, value)
	p.mu.Unlock()
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	answer.Body = io.NopCloser(bytes.NewReader(text))
	answer.Header.Set("Content-Length", strconv.Itoa(len(text)))
	answer.ContentLength = int64(len(text))
	return nil
}

// ofAttack finds the fields whose attack stands whole in a text.
var ofAttack = regexp.MustCompile("⟦([A-Za-z]+\\.[a-z_]+)⟧" + regexp.QuoteMeta(spelt(attack)))

// look checks the page: what was said is text and nothing else.
func (p *poisoned) look(t *testing.T, tab *chromium.Tab, where string) {
	t.Helper()
	for _, found := range ofAttack.FindAllStringSubmatch(chromium.Evaluate[string](tab, `document.documentElement.textContent`), -1) {
		p.seen[found[1]] = true
	}
	staysText(t, tab, where)
}

// staysText insists that nothing of the attack has become part of a page.
func staysText(t *testing.T, tab *chromium.Tab, where string) {
	t.Helper()
	if chromium.Evaluate[bool](tab, `Boolean(window.wasOwned)`) {
		t.Errorf("%s: a script of somebody else ran", where)
	}
	for what, expression := range map[string]string{
		"elements":   `[...document.querySelectorAll("img, svg[onload], script:not([src]):not([nonce]), iframe, object, embed, base, marquee")].map((e) => e.outerHTML.slice(0, 80))`,
		"handlers":   `[...document.querySelectorAll("*")].flatMap((e) => [...e.attributes].filter((a) => a.name.startsWith("on")).map((a) => e.tagName + " " + a.name))`,
		"links":      `[...document.querySelectorAll("[href], [action], [src]")].map((e) => e.href || e.action || e.src).filter((a) => !/^(https?:|data:image|data:,)/.test(a) || /^https?:\/\/[^/]*evil/.test(a))`,
		"characters": `(document.documentElement.textContent.match(/[\p{Cc}\p{Cf}\u2028]/gu) || []).filter((c) => c !== "\n" && c !== "\t").map((c) => c.codePointAt(0).toString(16))`,
	} {
		if found := chromium.Evaluate[[]string](tab, expression); len(found) > 0 {
			t.Errorf("%s: %s of somebody else: %q", where, what, found)
		}
	}
}

// watched is a browser that notes what a script of somebody else would do.
func watched(o chromium.Options) chromium.Options {
	o.Inject = `window.owned = () => { window.wasOwned = true }; window.alert = window.confirm = window.prompt = window.owned;` + o.Inject
	return o
}

// TestHostileTexts has every text in every answer of the API be an attack, and looks at
// all of the console: on a desk and on a phone, in both languages. Nothing of it runs,
// leads elsewhere or reorders the page, and each text is shown as the text that it is.
func TestHostileTexts(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "console_actions")
	refundFailed := d.refundRefused("intl", 7100, 1)
	d.payerPays("intl", d.pay("intl", d.payment("intl", "AliSao", 7200)), sandbox.Notice{Variant: sandbox.NoticeUnknownOrder}, false)
	p := poison(t, d)
	for i, browser := range []chromium.Options{english, {}, chinese} {
		p.mu.Lock()
		p.into.variant = variants[i]
		p.mu.Unlock()
		tab, where := p.open(t, watched(browser), ""), fmt.Sprint("variant ", i)
		p.lookAround(t, tab, where)
		for _, orderID := range []string{d.paid, d.exhausted, d.doubtful, d.failed, d.refunded, refundFailed} {
			p.lookAtOrder(t, tab, where+" "+orderID, orderID)
		}
		tab.Goto("about:blank") // the page would go on to refresh itself
		for _, trouble := range tab.Troubles() {
			if !strings.Contains(trouble, "status 4") { // refusals, which are looked at
				t.Errorf("%s: %s", where, trouble)
			}
		}
	}
	for _, field := range slices.Sorted(maps.Keys(p.into.filled)) {
		if reason := unshown[field]; !p.seen[field] && reason == "" {
			t.Errorf("%s is not seen anywhere: show it, or say in unshown why the console does not", field)
		} else if p.seen[field] && reason != "" {
			t.Errorf("%s is shown: take it out of unshown", field)
		}
	}
	for field := range unshown {
		if !p.into.filled[field] {
			t.Errorf("%s is asked for by no page: take it out of unshown", field)
		}
	}
}

// lookAround opens every list, the page of a merchant, a search and a refusal.
func (p *poisoned) lookAround(t *testing.T, tab *chromium.Tab, where string) {
	t.Helper()
	p.look(t, tab, where)
	tabs := chromium.Evaluate[[]string](tab, `[...document.querySelectorAll("#tabs button")].map((b) => b.id.slice("tab-".length))`)
	for _, list := range tabs {
		tab.Goto(p.url + "#list=" + list)
		tab.Await("the list "+list, `document.querySelector("#list").innerText.includes("⟦")`)
		p.look(t, tab, where+" "+list)
		if list == "quarantine" || list == "exhausted" {
			p.act(t, tab, where+" "+list, "#list td.action button")
			p.act(t, tab, where+" "+list, "#list .groups button")
		}
	}
	for fragment, element := range map[string]string{
		"#merchant=89900001": "#merchantfacts", "#find=T2026": "#foundlist, #ordertitle",
		"#merchant=nobody": "#merchanttitle", "#order=89900001/nothing": "#ordertitle", "#list=orders&merid=" + strings.Repeat("x", 600): "#list",
	} {
		tab.Goto(p.url + fragment)
		tab.Await(fragment, `[...document.querySelectorAll(`+quoteJS(element)+`)].some((e) => e.innerText.includes("⟦"))`)
		p.look(t, tab, where+" "+fragment)
	}
	escaped := url.PathEscape(attack)
	for _, fragment := range []string{"#find=" + escaped, "#order=" + escaped + "/" + escaped, "#merchant=" + escaped, "#list=" + escaped, "#list=orders&" + escaped + "=" + escaped, "#" + escaped} {
		tab.Goto(p.url + fragment)
		tab.Click("#again")
		p.look(t, tab, where+" "+fragment)
	}
}

// lookAtOrder opens an order, and the dialogs of all that may be done with it.
func (p *poisoned) lookAtOrder(t *testing.T, tab *chromium.Tab, where, orderID string) {
	t.Helper()
	tab.Goto(p.url + "#order=89900001/" + orderID)
	tab.Await("the order "+orderID, `document.querySelector("#ordertitle").innerText.includes("⟦Order.orderid") && document.querySelector("#events li")`)
	p.look(t, tab, where)
	p.mu.Lock()
	p.real["orderid"] = orderID
	p.mu.Unlock()
	for n := range chromium.Evaluate[int](tab, `document.querySelectorAll("#actions button").length`) {
		p.act(t, tab, where, fmt.Sprintf(`#actions button:nth-child(%d)`, n+1))
	}
}

// act opens the dialog behind a button, looks at what it says, confirms it and looks at
// what came of it.
func (p *poisoned) act(t *testing.T, tab *chromium.Tab, where, button string) {
	t.Helper()
	if !tab.Has(button) {
		return // what was done before has taken it away
	}
	chromium.Evaluate[any](tab, `void document.querySelector(`+quoteJS(button)+`).click()`)
	tab.Await("what it would do", `!document.querySelector("#dialogconfirm").disabled || document.querySelector("#dialoglines .bad, #dialoglines li:nth-child(2)")`)
	p.look(t, tab, where+" before "+button)
	if chromium.Evaluate[bool](tab, `!document.querySelector("#dialogconfirm").disabled`) {
		chromium.Evaluate[any](tab, `void (document.querySelector("#who").value = "Ada", document.querySelector("#why").value = "x")`)
		tab.Click("#dialogconfirm")
		tab.Await("what was done", `document.querySelector("#dialogconfirm").hidden || document.querySelector("#dialoglines .bad")`)
		p.look(t, tab, where+" after "+button)
	}
	tab.Click("#dialogclose")
}
