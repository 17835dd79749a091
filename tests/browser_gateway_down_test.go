package tests

import (
	"testing"

	"github.com/paybridge/paybridge/tests/chromium"
	"github.com/paybridge/paybridge/tests/sandbox"
)

// TestGatewayFailsPayer: the gateway's answer to a raw order gets lost in every
// way. The payer is asked to try again, and pays the same order once.
func TestGatewayFailsPayer(t *testing.T) {
	t.Parallel()
	f := openStorefront(t, "jsapi raw", silence())
	for _, behaviour := range failures() {
		t.Run(string(behaviour), func(t *testing.T) {
			r := f.order(t, "intl", nil)
			rule := sandbox.Rule{Behaviour: behaviour, TranCode: sandbox.CodePay, OrderID: r.OrderNo(), Times: 1}
			f.script(t, rule)
			tab := f.phone(t, sandbox.BridgePays)
			tab.Goto(f.payLink(r))
			tab.AwaitText("系统繁忙")
			tab.Inspect("busy")
			f.triesAgain(tab)
			f.comesBack(t, tab, r)
			f.isPaid(t, r)
		})
	}
	f.closeShop()
}

// triesAgain is a payer who presses the button of each page that asks to: where the machine
// is slow, the gateway may be too late more than once.
func (f *storefront) triesAgain(tab *chromium.Tab) {
	f.t.Helper()
	tab.Await("the merchant's page", `(() => {
		const button = document.body.innerText.includes("系统繁忙") && document.querySelector("a.button");
		if (button && !window.pressed) {
			window.pressed = true;
			button.click();
		}
		return location.href.startsWith(`+quoteJS(f.site.url+"/done")+`);
	})()`)
}

// TestGatewayRefusesPayer: a gateway that does not take the order ends it, and
// the payer reads so, now and later.
func TestGatewayRefusesPayer(t *testing.T) {
	t.Parallel()
	f := openStorefront(t, "jsapi raw", settings{})
	for _, behaviour := range []sandbox.Behaviour{sandbox.Refused, sandbox.Failed} {
		t.Run(string(behaviour), func(t *testing.T) {
			r := f.order(t, "intl", nil)
			rule := sandbox.Rule{Behaviour: behaviour, TranCode: sandbox.CodePay, OrderID: r.OrderNo(), Times: 1}
			f.script(t, rule)
			tab := f.phone(t, sandbox.BridgePays)
			for range 2 {
				tab.Goto(f.payLink(r))
				tab.AwaitText("支付失败")
				tab.Inspect("failed")
			}
			f.isUnpaid(t, r)
			if got := f.query("intl", r.OrderID); got.ResultCode != "1003" {
				t.Errorf("query of a refused order: %s", got.Inner)
			}
		})
	}
	f.closeShop()
}
