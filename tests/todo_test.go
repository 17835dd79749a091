package tests

import (
	"encoding/json"
	"testing"

	"github.com/paybridge/paybridge/tests/chromium"
	"github.com/paybridge/paybridge/tests/sandbox"
)

// refundRefused is an order whose refund the gateway refuses n times.
func (w *world) refundRefused(suite string, fen int64, n int) (orderID string) {
	w.t.Helper()
	p := w.payment(suite, "WxCode", fen)
	w.pay(suite, p)
	w.notified(suite, p.OrderID, 1)
	rule := sandbox.Rule{Behaviour: sandbox.Refused, TranCode: "OP1003", Words: "余额不足", Times: n}
	w.script(w.t, rule)
	if got := w.cancel(suite, p.OrderID); got.RespCode != "94" {
		w.t.Fatalf("cancel: %s", got.Inner)
	}
	return p.OrderID
}

// TestFailedRefundFromTheCommandLine follows the runbook: listed until somebody has
// dealt with it, tried again under the same number, or settled by hand.
func TestFailedRefundFromTheCommandLine(t *testing.T) {
	t.Parallel()
	for _, suite := range []string{"intl", "gm"} {
		t.Run(suite, func(t *testing.T) {
			t.Parallel()
			w := startWorld(t, settings{})
			merID := shops[suite].MerID
			again := w.refundRefused(suite, 5100, 2)
			if got := w.query(suite, again); got.ResultCode != "0000" {
				t.Errorf("query while the payment stands: %s", got.Inner)
			}
			w.bridge.ask("orders", "--open").want(t, 0, again, "refund_failed")
			w.bridge.ask("refund", merID, again).want(t, 1, "--why: missing")
			w.bridge.ask("refund", merID, again, "--dry-run").want(t, 0, "could be tried again. Nothing was changed")
			w.bridge.ask("refund", merID, again, "--why", "balance topped up, they say").want(t, 1, "no such record", "refund_failed", "余额不足")
			w.bridge.ask("refund", merID, again, "--why", "balance topped up").want(t, 0, "no such record", "is refunded")
			w.bridge.ask("refund", merID, again, "--why", "once more").want(t, 1, "only a refund that failed")
			if got := w.query(suite, again); got.ResultCode != "1003" {
				t.Errorf("query after the refund: %s", got.Inner)
			}
			byHand := w.refundRefused(suite, 5200, 1)
			w.bridge.ask("settle", merID, byHand, "refunded", "--gateway-no", "TT1", "--why", "bank transfer").want(t, 0, "is refunded")
			w.bridge.ask("orders", "--open").want(t, 0, "No order was found.")

			kept := w.refundRefused(suite, 5300, 1)
			w.bridge.ask("dealt", merID, kept, "payment", "--why", "x").want(t, 1, "one of: refund, notification")
			w.bridge.ask("dealt", merID, kept, "refund", "--why", "payer keeps the goods").want(t, 0, "The order stays refund_failed")
			w.bridge.ask("dealt", merID, kept, "refund", "--why", "again").want(t, 1, "said already that it is dealt with")
			w.bridge.ask("orders", "--open").want(t, 0, "No order was found.")
			w.bridge.ask("changes", merID, kept).want(t, 0, "deal with refund", "payer keeps the goods")
		})
	}
}

// TestQuarantineFromTheCommandLine: what was not believed can be seen, also of an
// order that the ledger does not know, and dealt with.
func TestQuarantineFromTheCommandLine(t *testing.T) {
	t.Parallel()
	w := startWorld(t, settings{})
	p := w.payment("intl", "AliSao", 6100)
	reply := w.pay("intl", p)
	w.payerPays("intl", reply, sandbox.Notice{Variant: sandbox.NoticeWrongAmount, Copies: 3}, false)
	strange := sandbox.Notice{MerchantID: shops["intl"].Gateway, OrderID: reply.OrderNo(), Variant: sandbox.NoticeUnknownOrder, Copies: 3}
	if _, err := w.gateway.SendNotice(w.ctx(), strange); err != nil {
		t.Fatal(err)
	}
	w.bridge.ask("quarantine").want(t, 0, p.OrderID, "does not know the order", "61.01", "11")
	var list struct {
		Items []struct {
			ID, OrderID, Amount string
			Times               int
		}
	}
	if err := json.Unmarshal([]byte(w.bridge.ask("quarantine", "--json").out), &list); err != nil || len(list.Items) != 2 {
		t.Fatalf("%+v, %v", list, err)
	}
	for _, q := range list.Items {
		if q.Times < 3 || q.Amount == "" {
			t.Errorf("%+v", q)
		}
		w.bridge.ask("quarantine", "show", q.ID).want(t, 0, q.Amount, "nobody has dealt with it", shops["intl"].Gateway)
		w.bridge.ask("quarantine", "dealt", q.ID).want(t, 1, "--why: missing")
		w.bridge.ask("quarantine", "dealt", q.ID, "--why", "a test of the gateway's people").want(t, 0, "is dealt with")
		w.bridge.ask("quarantine", "dealt", q.ID, "--why", "again").want(t, 1, "already")
	}
	w.bridge.ask("quarantine").want(t, 0, "No message is in quarantine.")
	w.bridge.ask("quarantine", "--all").want(t, 0, "does not know the order")
	w.bridge.ask("quarantine", "show", "none").want(t, 1, "is in quarantine")
	w.bridge.ask("order", shops["intl"].MerID, p.OrderID).want(t, 0, "quarantined", "times, last")
}

// TestConsoleListsWhatIsToBeDone: failed refunds and quarantined messages have
// tiles, lists and actions.
func TestConsoleListsWhatIsToBeDone(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]chromium.Options{"laptop": english, "phone": {Language: "en"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := openDesk(t, "console_actions")
			failed := d.refundRefused("intl", 7100, 1)
			p := d.payment("intl", "AliSao", 7200)
			d.payerPays("intl", d.pay("intl", p), sandbox.Notice{Variant: sandbox.NoticeUnknownOrder}, false)
			tab := d.open(t, o, "")
			awaitNumber(tab, "refund_failed", "1")
			awaitNumber(tab, "quarantine", "1")
			tab.Click(`#numbers [data-key=refund_failed] button`)
			tab.AwaitText("余额不足")
			tab.Inspect("refunds")
			tab.Click(`#list td.action button`)
			tells(tab, "under its one number")
			confirm(tab, "Ada", "balance topped up")
			tells(tab, "Order "+failed+" is now: refunded")
			tab.Inspect("tried")
			tab.Click("#dialogclose")
			tab.Click(`#numbers [data-key=quarantine] button`)
			tab.AwaitText("the ledger does not know the order or refund that it names")
			tab.Inspect("quarantine")
			tab.Click(`#list td.action button`)
			confirm(tab, "Ada", "a test of theirs")
			tells(tab, "nobody is reminded")
			tab.Click("#dialogclose")
			tab.Await("nothing in quarantine", `document.querySelector("#numbers [data-key=quarantine] strong").textContent === "0"`)
			d.awaitState(failed, "refunded", "delivered")
		})
	}
}
