package tests

import (
	"strings"
	"testing"

	"github.com/paybridge/paybridge/tests/chromium"
)

// keepingBack is a browser whose page's answers can be kept back; those of a path with a
// text in it from the start, none if empty.
func keepingBack(path string) chromium.Options {
	browser := english
	browser.Inject = slowAnswers + "window.slow = " + quoteJS(path) + ";"
	return browser
}

// scrolled is how far the page is scrolled, and topOf where a part of it begins.
const scrolled = `Math.round(window.scrollY)`

func topOf(tab *chromium.Tab, selector string) int {
	return chromium.Evaluate[int](tab, `Math.round(document.querySelector(`+quoteJS(selector)+`).getBoundingClientRect().top + window.scrollY)`)
}

// TestConsoleStaysWhereItIs: where an order or a merchant is opened, the page goes there at
// once and not when the answer comes, which can be while the operator clicks; nor does it
// take the focus then from who types.
func TestConsoleStaysWhereItIs(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "")
	phone := chromium.Options{Language: "en", Inject: slowAnswers}
	for name, o := range map[string]chromium.Options{"desk": keepingBack(""), "phone": phone} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for hash, part := range map[string]struct{ path, shown string }{
				"#merchant=89900001":        {"merchant?", "#merchantfacts div"},
				"#order=89900001/" + d.paid: {"order?", "#events li"},
			} {
				tab := d.open(t, o, "")
				tab.Await("the lists", `document.querySelector("#list table")`)
				slowly(tab, part.path)
				chromium.Evaluate[any](tab, `void (location.hash = `+quoteJS(hash)+`)`)
				awaitKept(tab, "1")
				before := chromium.Evaluate[int](tab, scrolled)
				chromium.Evaluate[any](tab, `document.querySelector("#number").focus({ preventScroll: true })`)
				letGo(tab)
				tab.Await("the answer", `document.querySelector(`+quoteJS(part.shown)+`)`)
				if after := chromium.Evaluate[int](tab, scrolled); after != before || before == 0 {
					t.Errorf("%s: the page stands at %d before the answer and at %d after it", hash, before, after)
				}
				if at := chromium.Evaluate[string](tab, `document.activeElement.id`); at != "number" {
					t.Errorf("%s: the focus has gone to %q", hash, at)
				}
			}
		})
	}
}

// TestConsoleOpensItsAddressAtOnce: what the address asks for is there before lists and
// numbers are, and nothing moves when they come.
func TestConsoleOpensItsAddressAtOnce(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "")
	tab := d.open(t, keepingBack("orders?"), "#merchant=89900001")
	awaitKept(tab, "1")
	tab.Await("the merchant", `document.querySelector("#merchantfacts div")`)
	before := chromium.Evaluate[int](tab, scrolled)
	letGo(tab)
	tab.Await("the list", `document.querySelector("#list table")`)
	if after := chromium.Evaluate[int](tab, scrolled); after != before || before == 0 {
		t.Errorf("the page stands at %d before the list and at %d after it", before, after)
	}

	tab = chromium.Open(t, keepingBack("overview?"))
	if status := tab.Goto(d.url); status != 200 {
		t.Fatalf("the console answers with status %d", status)
	}
	awaitKept(tab, "1")
	form := topOf(tab, "#search")
	letGo(tab)
	tab.Await("the numbers", `document.querySelector("#asof").innerText`)
	if now := topOf(tab, "#search"); now-form > 8 || form-now > 8 {
		t.Errorf("the form to search moves from %d to %d when the numbers come", form, now)
	}
}

// TestConsoleSearchLeavesTypingAlone: whoever corrects a number while its first spelling is
// being searched is not led away, and finds what was found.
func TestConsoleSearchLeavesTypingAlone(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "")
	tab := d.open(t, keepingBack(""), "")
	slowly(tab, "search?")
	tab.Write("#number", d.paid)
	press(tab, "\r")
	awaitKept(tab, "1")
	chromium.Evaluate[any](tab, `document.querySelector("#number").focus()`)
	letGo(tab)
	tab.Await("the order in a list", `document.querySelector("#foundlist").innerText.includes(`+quoteJS(d.paid)+`)`)
	if at := chromium.Evaluate[string](tab, `document.activeElement.id + " " + location.hash`); at != "number #find="+d.paid {
		t.Errorf("the operator is led to %q", at)
	}
}

// TestConsoleOrderLeadsToItsOwnMerchant: while the answer about an order is on its way, and
// where it is refused, the link leads to that order's merchant and not to the one before.
func TestConsoleOrderLeadsToItsOwnMerchant(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "")
	tab := d.open(t, keepingBack(""), "")
	tab.Await("the lists", `document.querySelector("#list table")`) // after which nothing asks by itself
	chromium.Evaluate[any](tab, `void (location.hash = "#order=89900001/`+d.paid+`")`)
	tab.Await("the order", `document.querySelector("#events li")`)
	slowly(tab, "order?")
	chromium.Evaluate[any](tab, `void (location.hash = "#order=89900002/T0000000000000000")`)
	awaitKept(tab, "1") // by then the page has shown that it is asked
	const link = `document.querySelector("#ordermerchant").href`
	if got := chromium.Evaluate[string](tab, link); !strings.HasSuffix(got, "#merchant=89900002") {
		t.Errorf("before the answer it leads to %s", got)
	}
	letGo(tab)
	tab.AwaitTrouble("status 404")
	if got := chromium.Evaluate[string](tab, link); !strings.HasSuffix(got, "#merchant=89900002") {
		t.Errorf("after the refusal it leads to %s", got)
	}
	if troubles := tab.Troubles(); len(troubles) != 1 {
		t.Errorf("troubles are %q", troubles)
	}
}

// TestConsoleFilterKeepsTheFocus: whoever filters by Enter types on in the same field.
func TestConsoleFilterKeepsTheFocus(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "")
	tab := d.open(t, english, "#list=orders&merid=89900001")
	listHas(tab, d.paid, "undefined")
	tab.Write(".filter [name=amount]", "8.80")
	press(tab, "\r")
	tab.Await("the filter in the address", `location.hash.includes("amount=8.80")`)
	listHas(tab, d.failed, d.exhausted)
	if at := chromium.Evaluate[string](tab, `document.activeElement.name`); at != "amount" {
		t.Errorf("the focus has gone to %q", at)
	}
}

// TestConsoleLateWay: an answer about a merchant that was overtaken hides nothing that the
// newer one shows.
func TestConsoleLateWay(t *testing.T) {
	t.Parallel()
	tab := openMovingDesk(t).open(t, keepingBack(""), "")
	awaitList(tab, "of all orders")
	chromium.Evaluate[any](tab, `void (location.hash = "#merchant=`+shops["intl"].MerID+`")`)
	const isShown = `!document.querySelector("#merchantway").hidden`
	tab.Await("the way", isShown)
	slowly(tab, "readiness")
	tab.Click("#again")
	awaitKept(tab, "1")
	slowly(tab, "")
	chromium.Evaluate[any](tab, `void (document.querySelector("#merchantway").hidden = true)`)
	tab.Click("#again")
	tab.Await("the way, newer", isShown)
	letGo(tab)
	if !chromium.Evaluate[bool](tab, isShown) {
		t.Error("an older answer hides it")
	}
}
