package tests

import (
	"strings"
	"testing"

	"github.com/paybridge/paybridge/tests/chromium"
	"github.com/paybridge/paybridge/tests/sandbox"
)

// slowAnswers lets a test keep answers of the API back: those whose path has
// window.slow in it wait in window.kept. The page refreshes only when it is
// told to: of answers that overlap only the last counts, and on a slow machine that would
// be a refresh's, kept back behind the one that the test lets go.
const slowAnswers = `
	window.slow = null;
	window.kept = [];
	window.atOnce = window.fetch;
	window.fetch = async (path, options) => {
		const answer = await window.atOnce(path, options);
		if (window.slow && path.includes(window.slow)) {
			await new Promise((go) => window.kept.push(go)); // or a promise that is rejected
		}
		return answer;
	};
	const soon = window.setTimeout;
	window.setTimeout = (act, after = 0, ...rest) => after < 15000 ? soon(act, after, ...rest) : 0;`

// slowly keeps answers back from now on, of paths with a text in them; none if
// empty.
func slowly(tab *chromium.Tab, path string) {
	chromium.Evaluate[any](tab, "void (window.slow = "+quoteJS(path)+")")
}

// awaitKept waits until so many answers have been kept back.
func awaitKept(tab *chromium.Tab, count string) {
	tab.Await(count+" late answers", "window.kept.length >= "+count)
}

// letGo lets the oldest answer that was kept back arrive, and returns when the page
// has read it and done what it does then.
func letGo(tab *chromium.Tab) {
	chromium.Evaluate[any](tab, `void (window.gone = false, window.kept.shift()(),
		window.atOnce("health").then((answer) => answer.text()).then(() => setTimeout(() => { window.gone = true })))`)
	tab.Await("the page to have read the answer", "window.gone")
}

// lose makes the oldest answer that was kept back one that does not come, when it is let
// go.
func lose(tab *chromium.Tab) {
	chromium.Evaluate[any](tab, `void (window.kept[0] = ((go) => () => go(Promise.reject(new Error("lost"))))(window.kept[0]))`)
}

// clicks clicks some elements in one go, faster than the browser tells the page
// of what each of them does.
func clicks(tab *chromium.Tab, selectors ...string) {
	var script strings.Builder
	for _, selector := range selectors {
		script.WriteString(`document.querySelector(` + quoteJS(selector) + `).click();`)
	}
	chromium.Evaluate[any](tab, "void (() => {"+script.String()+"})()")
}

const (
	pauseButton  = `#actions [data-key^=pause_merchant]`
	resendButton = `#actions [data-key^=resend]`
)

// TestConsoleDialogOpenedAtOnce: the browser tells of a dialog's closing later. An
// operator who has opened the next one by then goes on with that.
func TestConsoleDialogOpenedAtOnce(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "console_actions")
	tab := d.open(t, english, "#order=89900001/"+d.exhausted)
	calls := len(d.receivers["intl"].Notifications(d.exhausted))
	tab.Click(pauseButton)
	tells(tab, "nothing is lost")
	clicks(tab, "#dialogclose", resendButton)
	tells(tab, "Dry run: 1 would be sent again")
	clicks(tab, "#dialogclose", pauseButton, "#dialogclose", resendButton)
	tells(tab, "Dry run: 1 would be sent again")
	confirm(tab, "Ada", "the merchant has mended its shop")
	tells(tab, "1 will be sent again now")
	d.notified("intl", d.exhausted, calls+1)
	if said := d.adminText("changes"); strings.Contains(said, `"pause"`) {
		t.Errorf("paused as well: %s", said)
	}
}

// TestConsoleLateAnswerOfAnotherAction: what comes of an action whose dialog was closed
// changes nothing in the dialog of the next one, whether it succeeded or failed.
func TestConsoleLateAnswerOfAnotherAction(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "console_actions")
	browser := english
	browser.Inject = slowAnswers
	tab := d.open(t, browser, "#order=89900001/"+d.exhausted)
	for name, lost := range map[string]bool{"an answer": false, "no answer": true} {
		slowly(tab, "merchants/pause")
		tab.Click(pauseButton)
		confirm(tab, "Ada", "their shop is down")
		awaitKept(tab, "1")
		if lost {
			lose(tab)
		}
		slowly(tab, "notifications/resend")
		clicks(tab, "#dialogclose", resendButton)
		awaitKept(tab, "2")
		letGo(tab)
		if !chromium.Evaluate[bool](tab, `document.querySelector("#dialogconfirm").disabled`) {
			t.Errorf("after %s: the next action can be confirmed before it has been tried", name)
		}
		said := chromium.Evaluate[string](tab, `document.querySelector("#dialog").innerText`)
		if strings.Contains(said, "paused") || strings.Contains(said, "did not answer") {
			t.Errorf("after %s: the next action is told\n%s", name, said)
		}
		letGo(tab)
		slowly(tab, "")
		tells(tab, "Dry run: ")
		tab.Click("#dialogclose")
		tab.Click(`#actions [data-key^=resume_merchant]`)
		confirm(tab, "", "their shop is back")
		tells(tab, "are sent now")
		tab.Click("#dialogclose")
		tab.Await("the pause to be over", `document.querySelector(`+quoteJS(pauseButton)+`)`)
	}
}

// TestConsoleLateStory: an answer that was overtaken by a newer one of the same
// order is not shown, nor is one of an order that nobody looks at any more.
func TestConsoleLateStory(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "")
	late := d.pay("intl", d.payment("intl", "WxSao", 3100))
	browser := chinese
	browser.Inject = slowAnswers
	tab := d.open(t, browser, "#order=89900001/"+late.OrderID)
	tab.AwaitText("待支付")
	slowly(tab, "order?")
	tab.Click("#again")
	awaitKept(tab, "1")
	d.payerPays("intl", late, sandbox.Notice{}, false)
	d.notified("intl", late.OrderID, 1)
	slowly(tab, "")
	tab.Click("#again")
	const state = `document.querySelector("#orderstate").textContent`
	tab.Await("the payment", state+` === "已支付"`)
	letGo(tab)
	if got := chromium.Evaluate[string](tab, state); got != "已支付" {
		t.Errorf("an older answer has made the order %s again", got)
	}

	slowly(tab, "order?")
	tab.Goto(d.url + "#order=89900001/" + d.failed)
	awaitKept(tab, "1")
	chromium.Evaluate[any](tab, `void document.querySelector("#order [data-close]").click()`)
	tab.Await("the order to be closed", `document.querySelector("#order").hidden`)
	chromium.Evaluate[any](tab, `void document.querySelector("#number").focus()`)
	slowly(tab, "")
	letGo(tab)
	if got := chromium.Evaluate[string](tab, `document.activeElement.id`); got != "number" || !chromium.Evaluate[bool](tab, `document.querySelector("#order").hidden`) {
		t.Errorf("a late answer takes the operator to %q", got)
	}
}
