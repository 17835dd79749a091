package tests

import (
	"strconv"
	"testing"

	"github.com/paybridge/paybridge/tests/chromium"
	"github.com/paybridge/paybridge/tests/sandbox"
	"github.com/paybridge/paybridge/tests/sandbox/merchant"
)

// TestPayerPaysRaw: the bridge has or finds out the openid and opens WeChat's
// own payment, on every screen and from both kinds of links.
func TestPayerPaysRaw(t *testing.T) {
	t.Parallel()
	f := openStorefront(t, "jsapi raw", settings{})
	own := f.wechat.OpenID(account)
	for _, test := range []struct {
		name, suite string
		device      chromium.Device
		openID      string
		signed      bool
		asked       int // how often WeChat was asked for the openid
	}{
		{"phone, openid known", "intl", chromium.Phone, own, false, 0},
		{"phone, openid asked for", "intl", chromium.Phone, "", false, 1},
		{"desktop, openid asked for", "gm", chromium.Desktop, "", true, 1},
		{"openid as the vendor's sample has it", "gm", chromium.Phone, "OpenId", true, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			before := f.wechat.Counters()
			r := f.order(t, test.suite, func(p *merchant.Payment) { p.OpenID = test.openID; p.FrontURL = "" })
			link := f.payLink(r)
			if test.signed {
				link = f.signedLink(t, r)
			}
			tab := f.browser(t, sandbox.BridgePays, chromium.Options{WeChat: true, Device: test.device})
			tab.Goto(link)
			tab.AwaitText("支付成功")
			tab.Inspect("paid")
			f.isPaid(t, r)
			body := f.lastPay(t, r)
			if body["wxIsRaw"] != "1" || body["wxSubOpenid"] != own || body["payMode"] != "02" {
				t.Errorf("v2 body: %v", body)
			}
			after := f.wechat.Counters()
			if after.Authorized-before.Authorized != test.asked || after.Tokens-before.Tokens != test.asked || after.Paid-before.Paid != 1 {
				t.Errorf("WeChat counted %+v, then %+v", before, after)
			}
			f.onePayCall(t, r.OrderID)
		})
	}
	f.closeShop()
}

// TestPayerComesBack: after the payment the browser is at the merchant's page,
// with a result that the merchant's key signs.
func TestPayerComesBack(t *testing.T) {
	t.Parallel()
	f := openStorefront(t, "jsapi raw", settings{})
	r := f.order(t, "intl", nil)
	tab := f.phone(t, sandbox.BridgePays)
	tab.Goto(f.payLink(r))
	f.comesBack(t, tab, r)
	f.isPaid(t, r)
	f.closeShop()
}

// bridgeStory is what a payer sees of one behaviour of WeChat's bridge.
type bridgeStory struct {
	behaviour sandbox.BridgeBehaviour
	sees      []string // texts, one after the other
	returns   bool     // and comes back paid
}

var bridgeStories = []bridgeStory{
	{sandbox.BridgePays, nil, true},
	{sandbox.BridgeLate, []string{"正在打开微信支付"}, true},
	{sandbox.BridgeNever, []string{"正在打开微信支付", "微信支付没有响应"}, false},
	{sandbox.BridgeCancelled, []string{"您已取消支付"}, false},
	{sandbox.BridgeFails, []string{"支付没有完成"}, false},
	{sandbox.BridgePaysQuietly, []string{"正在确认支付结果"}, true},
	{sandbox.BridgePaysUntold, nil, true},
	{sandbox.BridgeForgetful, nil, true},
}

// TestEveryBridge: ok, cancel and fail are told apart, the bridge is waited for,
// and after ok the order is asked for until it is known.
func TestEveryBridge(t *testing.T) {
	t.Parallel()
	f := openStorefront(t, "jsapi raw", settings{})
	t.Run("at once", func(t *testing.T) {
		for _, story := range bridgeStories {
			for name, device := range map[string]chromium.Device{"phone": chromium.Phone, "desktop": chromium.Desktop} {
				t.Run(string(story.behaviour)+"/"+name, func(t *testing.T) {
					t.Parallel()
					story.play(t, f, device)
				})
			}
		}
	})
	f.closeShop()
}

func (s bridgeStory) play(t *testing.T, f *storefront, device chromium.Device) {
	r := f.order(t, "intl", nil)
	if s.behaviour == sandbox.BridgePaysQuietly {
		f.noQueries(t, r)
	}
	tab := f.browser(t, s.behaviour, chromium.Options{WeChat: true, Device: device})
	tab.Goto(f.payLink(r))
	for i, text := range s.sees {
		tab.AwaitText(text)
		tab.Inspect(strconv.Itoa(i + 1))
	}
	if !s.returns {
		f.isUnpaid(t, r)
		return
	}
	if s.behaviour == sandbox.BridgePaysQuietly {
		f.lateNotice(t, r)
	}
	f.comesBack(t, tab, r)
	f.isPaid(t, r)
}
