package tests

import (
	"maps"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/tests/sandbox/merchant"
)

// A merchant is taken out while a notification of it waits: the log and a self-check say
// so, and it is sent when the merchant is back.
func TestMerchantTakenOutBeforeItIsTold(t *testing.T) {
	t.Parallel()
	w := startWorld(t, settings{Shops: maps.Clone(shops), Extra: "notify_schedule 2s 2s 2s 2s"})
	p := w.payment("gm", "WxCode", 1999)
	w.receivers["gm"].Script(p.OrderID, merchant.AnswerFail)
	w.pay("gm", p)
	w.notified("gm", p.OrderID, 1)
	reload := func() {
		w.writeConfig(w.bridge)
		if err := w.bridge.reload(w.ctx()); err != nil {
			t.Fatal(err)
		}
	}
	shop := w.shops["gm"]
	delete(w.shops, "gm")
	reload()
	if !eventually(func() bool {
		return strings.Contains(w.bridge.log(), "notifications wait for merchants that are not configured")
	}) {
		t.Error("the log does not say so")
	}
	w.bridge.ask("selfcheck").want(t, 3, "notifications of "+shop.MerID, "1 notifications wait for it", "put the merchant back")
	w.bridge.ask("selfcheck", "--lang", "zh").want(t, 3, "商户 "+shop.MerID+" 的通知", "有 1 条给它的通知在等待")

	w.shops["gm"] = shop
	reload()
	if got := w.notified("gm", p.OrderID, 2); !got[1].Answer.Acknowledges() {
		t.Errorf("the notification is %+v", got[1])
	}
	if after := w.bridge.ask("selfcheck"); strings.Contains(after.out, "put the merchant back") {
		t.Error("a self-check says so when the merchant is back")
	}
}
