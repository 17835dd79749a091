package tests

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/tests/chromium"
	"github.com/paybridge/paybridge/tests/sandbox"
	"github.com/paybridge/paybridge/tests/sandbox/merchant"
)

// oneStep is the link that creates an order and pays it.
func (f *storefront) oneStep(t testing.TB, orderID string, change map[string]any) string {
	t.Helper()
	members := map[string]any{
		"action": "WxJsApi", "orderid": orderID, "txnamt": "1999",
		"backurl": f.backURLs["intl"], "fronturl": f.site.frontURL(),
	}
	for name, value := range change {
		members[name] = value
	}
	link, err := f.client("intl").Link(merchant.GatewayPath, members)
	if err != nil {
		t.Fatal(err)
	}
	return link
}

// rawBase64 undoes the percent-encoding that merchants forget.
var rawBase64 = strings.NewReplacer("%2B", "+", "%2F", "/", "%3D", "=")

// TestOneStep: wxjspaygateway creates the order and goes on to its payment; a
// reload and the same link again are the same order.
func TestOneStep(t *testing.T) {
	t.Parallel()
	for _, words := range []string{"jsapi raw", "jsapi hosted"} {
		t.Run(words, func(t *testing.T) {
			t.Parallel()
			f := openStorefront(t, words, settings{})
			orderID := f.orderID()
			link := rawBase64.Replace(f.oneStep(t, orderID, map[string]any{"subject": "??>>??>>"}))
			tab := f.phone(t, sandbox.BridgeCancelled)
			if words == "jsapi hosted" {
				tab.Goto(link)
				tab.AwaitText(hostedPage)
				tab.Goto(link)
				tab.AwaitText(hostedPage)
				tab.Click("#pay")
			} else {
				tab.Goto(link)
				tab.AwaitText("您已取消支付")
				if status := tab.Reload(); status != http.StatusOK {
					t.Errorf("status %d after reloading", status)
				}
				tab.AwaitText("您已取消支付")
				tab = f.phone(t, sandbox.BridgePays)
				tab.Goto(link)
			}
			r := f.query("intl", orderID)
			f.comesBack(t, tab, r)
			f.isPaid(t, r)
			if orders := f.gateway.State().Orders; len(orders) != 1 {
				t.Errorf("%d orders at the gateway", len(orders))
			}
			f.closeShop()
		})
	}
}

// TestOneStepRefuses: what is no order of the merchant's leads to a page that
// says so, and nowhere else.
func TestOneStepRefuses(t *testing.T) {
	t.Parallel()
	f := openStorefront(t, "jsapi raw", settings{})
	known := f.order(t, "intl", nil)
	tab := f.phone(t, sandbox.BridgePays)
	for name, test := range map[string]struct {
		link   string
		status int64
		says   string
	}{
		"nothing":         {f.bridge.url + merchant.GatewayPath, http.StatusBadRequest, "支付链接不完整"},
		"another's sign":  {f.oneStep(t, f.orderID(), nil) + "0", http.StatusForbidden, "支付链接无法验证"},
		"other contents":  {f.oneStep(t, known.OrderID, map[string]any{"txnamt": "2000"}), http.StatusConflict, "订单信息不一致"},
		"no amount":       {f.oneStep(t, f.orderID(), map[string]any{"txnamt": "1e-2"}), http.StatusBadRequest, "支付链接不完整"},
		"an unsafe front": {f.oneStep(t, f.orderID(), map[string]any{"fronturl": "javascript:alert(1)"}), http.StatusBadRequest, "支付链接不完整"},
		"nobody":          {f.oneStep(t, f.orderID(), map[string]any{"merid": "89999999"}), http.StatusNotFound, "找不到商户"},
	} {
		if status := tab.Goto(test.link); status != test.status || !tab.Shows(test.says) {
			t.Errorf("%s: status %d, want %d; %s", name, status, test.status, tab.Text())
		}
		tab.Inspect(name)
	}
	if orders := f.gateway.State().Orders; len(orders) != 0 {
		t.Errorf("orders at the gateway: %+v", orders)
	}
	f.closeShop()
}

// TestLinkAsFormAction: merchants' pages post an empty form to our links, which
// then work as if they had been opened.
func TestLinkAsFormAction(t *testing.T) {
	t.Parallel()
	f := openStorefront(t, "jsapi raw", settings{})
	for name, device := range map[string]chromium.Device{"phone": chromium.Phone, "desktop": chromium.Desktop} {
		t.Run(name, func(t *testing.T) {
			r := f.order(t, "intl", nil)
			tab := f.browser(t, sandbox.BridgePays, chromium.Options{WeChat: true, Device: device})
			tab.Goto(f.site.url + "/basket?buy=" + url.QueryEscape(f.signedLink(t, r)))
			tab.Click("#buy")
			f.comesBack(t, tab, r)
			f.isPaid(t, r)
		})
	}
	f.closeShop()
}
