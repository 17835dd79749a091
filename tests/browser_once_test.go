package tests

import (
	"testing"

	"github.com/paybridge/paybridge/tests/chromium"
	"github.com/paybridge/paybridge/tests/sandbox"
)

// TestRawOnce: whatever a payer does to the page, there is one call of the
// gateway and one charge.
func TestRawOnce(t *testing.T) {
	t.Parallel()
	f := openStorefront(t, "jsapi raw", settings{})
	for _, test := range []struct {
		name  string
		first sandbox.BridgeBehaviour // of the first tab
		do    func(t *testing.T, tab, other *chromium.Tab, link string)
	}{
		{"reload", sandbox.BridgePays, func(_ *testing.T, tab, other *chromium.Tab, link string) {
			tab.Goto(link)
			tab.AwaitText("支付成功")
			tab.Reload()
			tab.AwaitText("支付成功")
		}},
		{"the link again", sandbox.BridgePays, func(t *testing.T, tab, other *chromium.Tab, link string) {
			tab.Goto(link)
			tab.AwaitText("支付成功")
			tab.Goto(link)
			tab.AwaitText("支付")
			tab.Inspect("paid-already")
			if tab.Shows("正在打开微信支付") {
				t.Errorf("a paid order is opened again: %s", tab.Text())
			}
		}},
		{"cancel, reload, cancel, pay again", sandbox.BridgeCancelled, func(_ *testing.T, tab, other *chromium.Tab, link string) {
			tab.Goto(link)
			tab.AwaitText("您已取消支付")
			tab.Reload()
			tab.AwaitText("您已取消支付")
			tab.ClickTwice("[data-scene=cancelled] button")
			tab.AwaitText("您已取消支付")
			other.Goto(link)
			other.AwaitText("支付成功")
		}},
		{"two tabs", sandbox.BridgePays, func(_ *testing.T, tab, other *chromium.Tab, link string) {
			tab.Goto(link)
			other.Goto(link)
			tab.AwaitText("支付")
			other.AwaitText("支付")
			tab.Await("the end of the first", `document.body.innerText.includes("支付成功") || document.body.innerText.includes("已支付")`)
			other.Await("the end of the second", `document.body.innerText.includes("支付成功") || document.body.innerText.includes("已支付")`)
		}},
		{"paid in one tab, cancelled in the other", sandbox.BridgeCancelled, func(_ *testing.T, tab, other *chromium.Tab, link string) {
			tab.Goto(link)
			tab.AwaitText("您已取消支付")
			other.Goto(link)
			other.AwaitText("支付成功")
			tab.Click("[data-scene=cancelled] button")
			tab.AwaitText("支付成功")
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := f.order(t, "intl", noFront)
			test.do(t, f.phone(t, test.first), f.phone(t, sandbox.BridgePays), f.payLink(r))
			f.isPaid(t, r)
			f.onePayCall(t, r.OrderID)
		})
	}
	f.closeShop()
}

// TestBackButton: from the merchant's page, "back" does not lead to a page that
// pays again.
func TestBackButton(t *testing.T) {
	t.Parallel()
	f := openStorefront(t, "jsapi raw", settings{})
	r := f.order(t, "intl", nil)
	tab := f.phone(t, sandbox.BridgePays)
	tab.Goto(f.site.url + "/basket")
	tab.Goto(f.payLink(r))
	f.comesBack(t, tab, r)
	invoked := f.wechat.Counters().Invoked
	tab.Back()
	tab.Await("another page", `document.readyState === "complete" && !location.pathname.startsWith("/done")`)
	if tab.Shows("正在打开微信支付") || f.wechat.Counters().Invoked != invoked {
		t.Errorf("back leads to a payment: %s\n%s", tab.Address(), tab.Text())
	}
	f.isPaid(t, r)
	f.closeShop()
}
