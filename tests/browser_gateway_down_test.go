package tests

import (
	"testing"

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
			tab.Click("a.button")
			f.comesBack(t, tab, r)
			f.isPaid(t, r)
		})
	}
	f.closeShop()
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
