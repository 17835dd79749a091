package tests

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/paybridge/paybridge/tests/chromium"
	"github.com/paybridge/paybridge/tests/sandbox"
	"github.com/paybridge/paybridge/tests/sandbox/merchant"
)

// TestNoPayment: every link that does not lead to a payment leads to a page that
// says why, at 320 pixels and on a desktop.
func TestNoPayment(t *testing.T) {
	t.Parallel()
	f := openStorefront(t, "jsapi raw", settings{})
	open, closed := f.order(t, "intl", nil), f.order(t, "intl", nil)
	foreign, code := f.order(t, "gm", noFront), f.pay("intl", f.payment("intl", "WxSao", 500))
	if got := f.cancel("intl", closed.OrderID); got.RespCode != "00" {
		t.Fatalf("cancel: %s", got.Inner)
	}
	screens := map[string]*chromium.Tab{
		"phone":   f.phone(t, sandbox.BridgePays),
		"desktop": f.browser(t, sandbox.BridgePays, chromium.Options{WeChat: true, Device: chromium.Desktop}),
	}
	link := func(r merchant.Reply, change func(*merchant.Reply)) string {
		if change != nil {
			change(&r)
		}
		return f.payLink(&r)
	}
	for name, test := range map[string]struct {
		link   string
		status int64
		says   string
	}{
		"closed":            {f.payLink(closed), http.StatusGone, "订单已关闭"},
		"foreign PayId":     {link(*open, func(r *merchant.Reply) { r.FormAction = foreign.FormAction }), http.StatusNotFound, "找不到这笔订单"},
		"another merchant":  {link(*foreign, func(r *merchant.Reply) { r.MerchantID = open.MerchantID }), http.StatusNotFound, "找不到这笔订单"},
		"another order":     {link(*open, func(r *merchant.Reply) { r.OrderID = closed.OrderID }), http.StatusNotFound, "找不到这笔订单"},
		"invented PayId":    {link(*open, func(r *merchant.Reply) { r.FormAction = strings.Repeat("A", 32) }), http.StatusNotFound, "找不到这笔订单"},
		"markup":            {link(*open, func(r *merchant.Reply) { r.FormAction = `"><script>alert(1)</script>` }), 0, ""},
		"markup in orderid": {link(*open, func(r *merchant.Reply) { r.OrderID = `'"><img src=x onerror=alert(1)>` }), 0, ""},
		"not this way":      {link(*code, func(r *merchant.Reply) { r.FormAction = open.FormAction }), http.StatusNotFound, ""},
		"unknown merchant":  {link(*open, func(r *merchant.Reply) { r.MerchantID = "89999999" }), 0, ""},
		"nothing":           {f.bridge.url + merchant.GoPayPath, http.StatusBadRequest, "支付链接不完整"},
		"forged":            {f.signedLink(t, open) + "0", http.StatusForbidden, "支付链接无法验证"},
		"result of nothing": {f.bridge.url + "/wxjsapi/result.html?id=" + strings.Repeat("A", 32), http.StatusNotFound, "找不到这笔订单"},
	} {
		for screen, tab := range screens {
			status := tab.Goto(test.link)
			if status < 400 || test.status != 0 && status != test.status || !tab.Shows(test.says) {
				t.Errorf("%s on %s: status %d, want %d; %s", name, screen, status, test.status, tab.Text())
			}
			tab.Inspect(name + "-" + screen)
		}
	}
	if got := f.wechat.Counters(); got.Invoked != 0 {
		t.Errorf("%d payments", got.Invoked)
	}
	f.closeShop()
}

// TestPaidAndRefundedOrders: the link of an order that is paid, or whose money
// went back, shows that and pays nothing.
func TestPaidAndRefundedOrders(t *testing.T) {
	t.Parallel()
	f := openStorefront(t, "jsapi raw", settings{})
	r := f.order(t, "intl", noFront)
	tab := f.phone(t, sandbox.BridgePays)
	tab.Goto(f.payLink(r))
	tab.AwaitText("支付成功")
	f.isPaid(t, r)
	result := tab.Address()
	for _, text := range []string{"支付", "退回"} {
		tab.Goto(f.payLink(r))
		tab.Inspect("link-" + text)
		if tab.Shows("正在打开微信支付") {
			t.Errorf("opens again: %s", tab.Text())
		}
		tab.Goto(result)
		tab.AwaitText(text)
		tab.Inspect("result-" + text)
		if got := f.cancel("intl", r.OrderID); got.RespCode != "00" {
			t.Fatalf("cancel: %s", got.Inner)
		}
	}
	if got := f.wechat.Counters(); got.Invoked != 1 || got.Paid != 1 {
		t.Errorf("WeChat counted %+v", got)
	}
	f.closeShop()
}

// TestExpiredPayID: when its time is over an order can no longer be opened, raw
// or hosted, from a fresh link or from a page that was left open.
func TestExpiredPayID(t *testing.T) {
	t.Parallel()
	f := openStorefront(t, "jsapi hosted", settings{Extra: "order_expiry 1m"})
	fresh, opened := f.order(t, "intl", nil), f.order(t, "intl", nil)
	page, late := f.phone(t, sandbox.BridgeNever), f.phone(t, sandbox.BridgeNever)
	page.Goto(f.payLink(opened))
	page.AwaitText(hostedPage)
	over := func() bool {
		late.Goto(f.payLink(fresh))
		late.Await("a page", `/`+hostedPage+`|订单已/.test(document.body?.innerText)`)
		return !late.Shows(hostedPage)
	}
	for deadline := time.Now().Add(90 * time.Second); !over(); {
		if time.Now().After(deadline) {
			t.Fatalf("an order of 1 minute can still be opened: %s", late.Text())
		}
		pause(t.Context(), 5*time.Second)
	}
	late.Inspect("expired")
	page.Click("#pay")
	page.AwaitText("订单已过期")
	for _, r := range []*merchant.Reply{fresh, opened} {
		f.isUnpaid(t, r)
	}
	f.closeShop()
}

// TestOutsideWeChat: other browsers show plain words and a code to scan, and
// open nothing.
func TestOutsideWeChat(t *testing.T) {
	t.Parallel()
	for _, words := range []string{"jsapi raw", "jsapi hosted"} {
		t.Run(words, func(t *testing.T) {
			t.Parallel()
			f := openStorefront(t, words, settings{})
			r := f.order(t, "intl", nil)
			links := map[string]string{"plain": f.payLink(r), "signed": f.signedLink(t, r)}
			if words == "jsapi raw" {
				links["openid"] = f.openIDLink(f.site.url+"/login", "", shops["intl"].MerID)
			}
			for name, link := range links {
				for screen, o := range map[string]chromium.Options{
					"phone": {}, "desktop": {Device: chromium.Desktop}, "english": {Language: "en"}, "scripts-off": {ScriptsOff: true},
				} {
					tab := f.browser(t, sandbox.BridgePays, o)
					tab.Goto(link)
					if text := tab.Text(); !strings.Contains(text, "在微信中打开") && !strings.Contains(text, "open this in WeChat") || !tab.Has("svg[role=img]") {
						t.Errorf("%s on %s: %s", name, screen, text)
					}
					tab.Inspect(name + "-" + screen)
				}
			}
			if orders := f.gateway.State().Orders; len(orders) != 0 {
				t.Errorf("orders at the gateway: %+v", orders)
			}
			f.carryInside(t, links["signed"], r)
			f.closeShop()
		})
	}
}

// carryInside opens the address that a browser outside WeChat shows inside it,
// where the order can be paid.
func (f *storefront) carryInside(t testing.TB, link string, r *merchant.Reply) {
	t.Helper()
	outside := f.browser(t, sandbox.BridgeNever, chromium.Options{Device: chromium.Desktop})
	outside.Goto(link)
	inside := f.phone(t, sandbox.BridgePays)
	inside.Goto(chromium.Evaluate[string](outside, `document.querySelector("#link").textContent`))
	if strings.HasPrefix(f.settings.Merchant, "jsapi hosted") {
		inside.AwaitText(hostedPage)
		inside.Click("#pay")
	}
	f.comesBack(t, inside, r)
	f.isPaid(t, r)
}

// TestScriptsOff: without scripts WeChat's payment cannot be opened, and the
// page says so.
func TestScriptsOff(t *testing.T) {
	t.Parallel()
	f := openStorefront(t, "jsapi raw", settings{})
	r := f.order(t, "intl", nil)
	tab := f.browser(t, sandbox.BridgePays, chromium.Options{WeChat: true, ScriptsOff: true})
	tab.Goto(f.payLink(r))
	tab.Screenshot("words")
	if text := tab.Text(); !strings.Contains(text, "JavaScript") && !strings.Contains(text, "脚本") {
		t.Errorf("without scripts: %s", text)
	}
	f.isUnpaid(t, r)
	f.closeShop()
}

// TestNothingMoves: a payer who asked for less motion sees none.
func TestNothingMoves(t *testing.T) {
	t.Parallel()
	f := openStorefront(t, "jsapi raw", settings{})
	for calm, want := range map[bool]bool{true: false, false: true} {
		r := f.order(t, "intl", nil)
		tab := f.browser(t, sandbox.BridgeNever, chromium.Options{WeChat: true, ReducedMotion: calm})
		tab.Goto(f.payLink(r))
		tab.AwaitText("正在打开微信支付")
		if got := chromium.Evaluate[int](tab, "document.getAnimations().length") > 0; got != want {
			t.Errorf("asked for less motion %v: moves %v on %s", calm, got, tab.Text())
		}
	}
	f.closeShop()
}
