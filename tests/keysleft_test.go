package tests

import (
	"maps"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/tests/sandbox"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// A merchant gets another gateway merchant while the gateway has an order of the one
// before: nothing can be known of that order until the keys are back, and the log and a
// self-check say so.
func TestGatewayMerchantTakenOut(t *testing.T) {
	t.Parallel()
	w := startWorld(t, settings{Shops: maps.Clone(shops), Extra: "query_schedule 1s"})
	p := w.payment("intl", "WxSao", 4200)
	reply := w.pay("intl", p)
	reconfigure := func(gatewayMerchant string) {
		shop := w.shops["intl"]
		shop.Gateway = gatewayMerchant
		w.shops["intl"] = shop
		w.writeConfig(w.bridge)
		if err := w.bridge.reload(w.ctx()); err != nil {
			t.Fatal(err)
		}
	}
	before := w.shops["intl"].Gateway
	reconfigure("473053110009")
	if !eventually(func() bool { return strings.Contains(w.bridge.log(), "orders wait for keys that are not configured") }) {
		t.Error("the log does not say so")
	}
	w.bridge.ask("selfcheck").want(t, 1, "keys of "+before, "1 orders made for it wait for an answer", "put its keys back")
	w.bridge.ask("selfcheck", "--lang", "zh").want(t, 1, "密钥 "+before, "有 1 笔它的订单尚无结果")

	paid := sandbox.Notice{MerchantID: before, OrderID: reply.OrderNo(), Delivery: sandbox.DeliverNever}
	if err := w.gateway.Pay(sandbox.Payment{Notice: paid}); err != nil {
		t.Fatal(err)
	}
	reconfigure(before)
	if !eventually(func() bool { return w.query("intl", p.OrderID).ResultCode == string(v1.ResultPaid) }) {
		t.Error("not known to be paid when the keys are back")
	}
	if after := w.bridge.ask("selfcheck"); strings.Contains(after.out, "put its keys back") {
		t.Error("a self-check says so when the keys are back")
	}
}
