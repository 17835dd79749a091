package chromium

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Goto opens an address, waits until it is loaded and returns the status of the
// document that it led to.
func (t *Tab) Goto(address string) int64 {
	t.tb.Helper()
	t.Do("opening "+address, chromedp.Navigate(address))
	return t.troubles.lastStatus()
}

// Reload loads the page again, as a payer who pulls it down, and returns its
// status.
func (t *Tab) Reload() int64 {
	t.tb.Helper()
	t.Do("reloading", chromedp.Reload())
	return t.troubles.lastStatus()
}

// Back goes back one page, which the browser may have kept as it was. It does not
// wait for it.
func (t *Tab) Back() {
	t.tb.Helper()
	t.Do("going back", chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		history, err := cdp.Call(ctx, target, page.GetNavigationHistory, cdp.Empty{})
		if err != nil {
			return err
		}
		if history.CurrentIndex == 0 {
			return errNothingBehind
		}
		entry := history.Entries[history.CurrentIndex-1].ID
		_, err = cdp.Call(ctx, target, page.NavigateToHistoryEntry, page.NavigateToHistoryEntryParams{EntryID: entry})
		return err
	}))
}

var errNothingBehind = errors.New("there is no page before this one")

// Click touches or clicks what a CSS selector finds, once it is visible. It does
// not wait for what follows.
func (t *Tab) Click(selector string) {
	t.tb.Helper()
	if t.options.Device.Touch {
		t.Do("touching "+selector, whileLoading(chromedp.Tap(chromedp.CSS(selector))))
		return
	}
	t.Do("clicking "+selector, whileLoading(chromedp.Click(chromedp.CSS(selector))))
}

// ClickTwice is an impatient payer.
func (t *Tab) ClickTwice(selector string) {
	t.tb.Helper()
	t.Do("clicking twice "+selector, whileLoading(chromedp.DoubleClick(chromedp.CSS(selector))))
}

// whileLoading begins a step on one node again where the browser does not know the node
// any more: all get other numbers when the rest of their page has come. The number is
// asked for before anything is done, so nothing is done twice.
func whileLoading(step chromedp.Action[chromedp.Void]) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		for {
			var refused *cdproto.Error
			err := chromedp.Do(ctx, step)
			if !errors.As(err, &refused) || !strings.Contains(refused.Message, "find node with given id") {
				return err
			}
		}
	})
}

// Write writes a text into the field that a CSS selector finds, in one go as an
// input method does. Where a whole text is selected, it is replaced.
func (t *Tab) Write(selector, text string) {
	t.tb.Helper()
	focus := whileLoading(chromedp.Focus(chromedp.CSS(selector)))
	t.Do("writing into "+selector, chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		if err := chromedp.Do(ctx, focus); err != nil {
			return err
		}
		_, err := cdp.Call(ctx, target, input.InsertText, input.InsertTextParams{Text: text})
		return err
	}))
}

// Await waits until a JavaScript expression holds, over any number of pages.
func (t *Tab) Await(what, expression string) {
	t.tb.Helper()
	if !eventually(func() bool { return t.holds(expression) }) {
		t.tb.Fatalf("waited too long for %s\non %s", what, t.describe())
	}
}

// eventually looks every few milliseconds until something holds, and reports
// whether it did so in time.
func eventually(holds func() bool) bool {
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-deadline.C:
			return false
		}
	}
	return true
}

// pageText is what a page shows, also while there is not yet anything of it.
const pageText = `(document.body?.innerText ?? "")`

// AwaitText waits until the page shows a text.
func (t *Tab) AwaitText(text string) {
	t.tb.Helper()
	t.Await("the text "+text, pageText+".includes("+quote(text)+")")
}

// AwaitAddress waits until the address begins with a prefix and its page is
// loaded.
func (t *Tab) AwaitAddress(prefix string) {
	t.tb.Helper()
	t.Await("the address "+prefix, `document.readyState === "complete" && location.href.startsWith(`+quote(prefix)+")")
}

// holds evaluates an expression. A page that is just being left has no answer.
func (t *Tab) holds(expression string) bool {
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	yes, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("!!("+expression+")"))
	return err == nil && yes
}

// runs evaluates an expression and reports whether the page could.
func (t *Tab) runs(expression string) bool {
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	_, err := chromedp.Run(ctx, chromedp.Evaluate[any](expression))
	return err == nil
}

// Has reports whether a CSS selector finds something that can be seen.
func (t *Tab) Has(selector string) bool {
	t.tb.Helper()
	return t.holds("document.querySelector(" + quote(selector) + ")?.checkVisibility()")
}

// Shows reports whether the page shows a text.
func (t *Tab) Shows(text string) bool {
	t.tb.Helper()
	return strings.Contains(t.Text(), text)
}

// Text is what the page shows.
func (t *Tab) Text() string {
	t.tb.Helper()
	return Evaluate[string](t, pageText)
}

// Address is the address of the page, with its fragment.
func (t *Tab) Address() string {
	t.tb.Helper()
	return Evaluate[string](t, "location.href")
}

// Evaluate returns the value of a JavaScript expression on the page, or on the
// next where this one is just being left.
func Evaluate[T any](t *Tab, expression string) T {
	t.tb.Helper()
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	value, err := look(ctx, func(ctx context.Context) (T, error) {
		return chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	})
	if err != nil {
		t.tb.Fatalf("evaluating %s: %v", expression, err)
	}
	return value
}

// quote writes a text as a JavaScript string.
func quote(text string) string {
	quoted, err := json.Marshal(text)
	if err != nil {
		panic(err) // a string always encodes
	}
	return string(quoted)
}
