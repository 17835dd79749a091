package tests

import (
	"strings"
	"testing"

	"github.com/paybridge/paybridge/tests/chromium"
	"github.com/paybridge/paybridge/tests/sandbox"
	"github.com/paybridge/paybridge/tests/sandbox/merchant"
)

// TestPayersOfBothSides: while its merchant is moved to v2 and back, a payer of an order
// sees the pages of the gateway that the order began with, pays there once, and comes
// back to the merchant with that gateway's number.
func TestPayersOfBothSides(t *testing.T) {
	t.Parallel()
	m, f := movingStorefront(t)
	for name, device := range map[string]chromium.Device{"phone": chromium.Phone, "desktop": chromium.Desktop} {
		t.Run(name, func(t *testing.T) {
			m.route(m.bridge, shops["intl"].MerID, "old")
			old := f.pageOrder()
			m.route(m.bridge, shops["intl"].MerID, "v2", "--force")
			moved := f.order(t, "intl", nil)

			tab := f.browser(t, sandbox.BridgePays, chromium.Options{WeChat: true, Device: device, NoIcon: true})
			tab.Goto(f.payLink(old))
			tab.AwaitText("微信支付")
			tab.Screenshot("old")
			tab.Click("button")
			f.comesBackFromOld(t, tab, old)

			m.route(m.bridge, shops["intl"].MerID, "old")
			tab.Goto(f.payLink(moved))
			f.comesBack(t, tab, moved)
			f.isPaid(t, moved)
			m.onlyOn("old", "intl", old.OrderID)
			m.onlyOn("v2", "intl", moved.OrderID)
		})
	}
	f.closeShop()
}

// TestOpenIDsOfBothSides: an openid is of the account of the gateway that will have the
// order. Payers are asked by v2's account, and orders with an openid go to v2, only once
// all the merchant's orders do.
func TestOpenIDsOfBothSides(t *testing.T) {
	t.Parallel()
	m, f := movingStorefront(t)
	merID := shops["intl"].MerID
	own := f.wechat.OpenID(account)
	for _, stage := range []struct {
		route []string
		moved bool
	}{
		{[]string{merID, "old"}, false},
		{[]string{merID, "v2", "--percent", "99", "--force"}, false},
		{[]string{merID, "v2", "--force"}, true},
		{[]string{merID, "shadow"}, false},
	} {
		m.route(m.bridge, stage.route...)
		tab := f.browser(t, sandbox.BridgeNever, chromium.Options{WeChat: true, NoIcon: true})
		tab.Goto(f.openIDLink(f.site.url+"/login", "", merID))
		tab.AwaitAddress(f.site.url + "/login")
		openID := f.site.lastVisit().Query().Get("openid")
		if (openID == own) != stage.moved || !stage.moved && !strings.HasPrefix(openID, "oOLD") {
			t.Errorf("%v: the payer is known as %q", stage.route, openID)
		}
		for range 5 {
			p := f.payment("intl", "WxJsApi", 1999)
			p.OpenID = openID
			if reply := f.pay("intl", p); reply.RespCode != "00" {
				t.Errorf("%v: an order with this openid hears %s", stage.route, reply.Inner)
			}
			m.onlyOn(map[bool]string{false: "old", true: "v2"}[stage.moved], "intl", p.OrderID)
		}
	}
	f.closeShop()
}

// movingStorefront is a storefront whose merchants are on both gateways.
func movingStorefront(t *testing.T) (*movingWorld, *storefront) {
	t.Helper()
	var f *storefront
	m := newMovingWorld(t, "old", func(t testing.TB, s settings) *world {
		f = openStorefront(t, "jsapi raw", s)
		return f.world
	})
	return m, f
}

// pageOrder is a WxJsApi order that the old gateway takes.
func (f *storefront) pageOrder() *merchant.Reply {
	f.t.Helper()
	p := f.payment("intl", "WxJsApi", 1999)
	p.OpenID, p.FrontURL = "", f.site.url+"/done?shop=1"
	reply := f.pay("intl", p)
	if reply.RespCode != "00" || !strings.HasPrefix(reply.FormAction, "PAY") {
		f.t.Fatalf("WxJsApi order: %s", reply.Inner)
	}
	return reply
}

// comesBackFromOld waits until the browser is on the merchant's page, with what the old
// gateway has signed, and until the merchant has been told by it.
func (f *storefront) comesBackFromOld(t *testing.T, tab *chromium.Tab, r *merchant.Reply) {
	t.Helper()
	tab.AwaitAddress(f.site.url + "/done?shop=1")
	told := f.notified("intl", r.OrderID, 1)[0]
	returned := f.site.returned(r.OrderID)
	if len(returned) != 1 {
		t.Fatalf("order %s came back with %d results: %s", r.QueryID, len(returned), tab.Address())
	}
	n := returned[0]
	for _, v := range n.Violations {
		if !strings.Contains(v.Error(), "the address of the payment page") { // which old pages give away
			t.Errorf("coming back: %v", v)
		}
	}
	if n.QueryID != r.QueryID || n.ResultCode != "0000" || told.QueryID != r.QueryID {
		t.Errorf("order %s came back as %s with %s and was announced as %s", r.QueryID, n.QueryID, n.ResultCode, told.QueryID)
	}
}
