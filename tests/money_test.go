package tests

import (
	"testing"
	"time"

	"github.com/paybridge/paybridge/tests/sandbox"
	"github.com/paybridge/paybridge/tests/sandbox/merchant"
)

// fast is a notification schedule short enough for a test.
const fast = "notify_schedule 1s 1s 2s"

// payerPays lets the payer of an order pay at the gateway.
func (w *world) payerPays(suite string, reply *merchant.Reply, n sandbox.Notice, late bool) {
	w.t.Helper()
	n.MerchantID, n.OrderID = shops[suite].Gateway, reply.OrderNo()
	if err := w.gateway.Pay(sandbox.Payment{Notice: n, Late: late}); err != nil {
		w.t.Fatal(err)
	}
	w.gateway.WaitNotices()
}

// notified waits for a number of notifications of an order.
func (w *world) notified(suite, orderID string, count int) []merchant.Notification {
	w.t.Helper()
	got, err := w.receivers[suite].Wait(w.ctx(), orderID, count)
	if err != nil {
		w.t.Fatalf("waiting for notification %d of %s: %v", count, orderID, err)
	}
	return got
}

func TestPaidOrderIsNotified(t *testing.T) {
	t.Parallel()
	w := startWorld(t, settings{})
	for suite := range shops {
		p := w.payment(suite, "WxSao", 12345)
		reply := w.pay(suite, p)
		w.payerPays(suite, reply, sandbox.Notice{}, false)
		got := w.notified(suite, p.OrderID, 1)[0]
		if !got.Answer.Acknowledges() {
			t.Errorf("notification: %+v", got)
		}
		found := w.query(suite, p.OrderID)
		if found.ResultCode != "0000" || found.PayTime == "" || found.Amount != 12345 {
			t.Errorf("query: %s", found.Inner)
		}
		if again := w.pay(suite, p); again.RespCode != "00" || again.FormAction != reply.FormAction {
			t.Errorf("repeated pay of a paid order: %s", again.Inner)
		}
	}
	w.rest()
}

// rest waits until nothing moves and checks the oracles.
func (w *world) rest() {
	w.t.Helper()
	if !eventually(w.settled) {
		moving := w.moving()
		w.t.Errorf("%d orders do not come to rest: %v", len(moving), moving[:min(3, len(moving))])
	}
	w.checkOracles()
}

func TestCancel(t *testing.T) {
	t.Parallel()
	for name, codes := range map[string]string{"without a close": "", "with a close": "close OP1004"} {
		t.Run(name, func(t *testing.T) {
			w := startWorld(t, settings{TranCodes: codes})
			unpaid := w.payment("intl", "WxSao", 500)
			w.pay("intl", unpaid)
			for range 2 { // repeat-safe
				if got := w.cancel("intl", unpaid.OrderID); got.RespCode != "00" {
					t.Errorf("cancel of an unpaid order: %s", got.Inner)
				}
			}
			if got := w.query("intl", unpaid.OrderID); got.ResultCode != "1003" {
				t.Errorf("query of a closed order: %s", got.Inner)
			}
			if got := w.pay("intl", unpaid); got.RespCode != "95" {
				t.Errorf("pay of a closed order: %s", got.Inner)
			}
			paid := w.payment("gm", "AliCode", 600)
			w.pay("gm", paid)
			w.notified("gm", paid.OrderID, 1)
			for range 2 {
				if got := w.cancel("gm", paid.OrderID); got.RespCode != "00" {
					t.Errorf("cancel of a paid order: %s", got.Inner)
				}
			}
			if got := w.query("gm", paid.OrderID); got.ResultCode != "1003" {
				t.Errorf("query of a refunded order: %s", got.Inner)
			}
			if got := w.cancel("gm", "T00000000000000000"); got.RespCode != "93" {
				t.Errorf("cancel of an unknown order: %s", got.Inner)
			}
			w.rest()
		})
	}
}

func TestLatePaymentOfAClosedOrderIsRefunded(t *testing.T) {
	t.Parallel()
	w := startWorld(t, settings{})
	p := w.payment("intl", "WxSao", 700)
	reply := w.pay("intl", p)
	if got := w.cancel("intl", p.OrderID); got.RespCode != "00" {
		t.Fatalf("cancel: %s", got.Inner)
	}
	w.payerPays("intl", reply, sandbox.Notice{}, true)
	refunded := eventually(func() bool {
		o, ok := w.gateway.Order(shops["intl"].Gateway, reply.OrderNo())
		return ok && len(o.Refunds) == 1 && o.Refunds[0].State == "31"
	})
	if !refunded {
		t.Error("the payer's money was not given back")
	}
	w.rest()
	if got := w.receivers["intl"].Notifications(p.OrderID); len(got) != 0 {
		t.Errorf("a closed order was notified: %+v", got)
	}
}

// TestRefundThroughEveryFailure cancels paid orders while the answers of refunds
// that the gateway carries out fail in every way, and repeats until each payer has
// the money back once.
func TestRefundThroughEveryFailure(t *testing.T) {
	t.Parallel()
	w := startWorld(t, silence())
	for _, behaviour := range failures() {
		p := w.refundFailing(behaviour, false)
		if !eventually(func() bool { return w.cancel("intl", p.OrderID).RespCode == "00" }) {
			t.Errorf("refund after %s does not succeed", behaviour)
		}
	}
	w.rest()
}

// TestRefundThatWasNotCarriedOut fails in the same ways and the gateway does
// nothing. At first nobody can tell the two apart: however often the merchant
// repeats the cancel, no refund is sent again before its grace is over.
func TestRefundThatWasNotCarriedOut(t *testing.T) {
	t.Parallel()
	w := startWorld(t, silence())
	for _, behaviour := range failures() {
		p := w.refundFailing(behaviour, true)
		for range 3 {
			if reply := w.cancel("intl", p.OrderID); reply.RespCode == "00" {
				t.Errorf("refund after %s: merchant hears that it is done", behaviour)
			}
		}
		if n := w.gateway.State().Counters.PostsOf(shops["intl"].Gateway, w.query("intl", p.OrderID).OrderNo(), "OP1003"); n > 1 {
			t.Errorf("refund after %s was sent %d times", behaviour, n)
		}
	}
}

// refundFailing is a paid order whose first refund will fail.
func (w *world) refundFailing(behaviour sandbox.Behaviour, unprocessed bool) merchant.Payment {
	w.t.Helper()
	p := w.payment("intl", "QQCode", 800000)
	reply := w.pay("intl", p)
	rule := sandbox.Rule{
		Behaviour: behaviour, Unprocessed: unprocessed, TranCode: "OP1003", OrderID: reply.OrderNo(), Times: 1,
	}
	w.script(w.t, rule)
	return p
}

// TestQueryThroughEveryFailure: a failed query changes nothing and the merchant
// hears "not paid" until the truth is known.
func TestQueryThroughEveryFailure(t *testing.T) {
	t.Parallel()
	w := startWorld(t, silence())
	for _, behaviour := range failures() {
		p := w.payment("gm", "QQSao", 800000)
		reply := w.pay("gm", p)
		rule := sandbox.Rule{Behaviour: behaviour, TranCode: "OP2001", OrderID: reply.OrderNo(), Times: 1}
		w.script(t, rule)
		w.payerPays("gm", reply, sandbox.Notice{Delivery: sandbox.DeliverNever}, false)
		if got := w.query("gm", p.OrderID); got.ResultCode != "1001" {
			t.Errorf("query that failed by %s: %s", behaviour, got.Inner)
		}
		if !eventually(func() bool { return w.query("gm", p.OrderID).ResultCode == "0000" }) {
			t.Errorf("after a query that failed by %s the truth does not come out", behaviour)
		}
	}
	w.rest()
}

func TestNotificationLadder(t *testing.T) {
	t.Parallel()
	w := startWorld(t, settings{Extra: fast})
	receiver := w.receivers["intl"]
	confirmed := w.payment("intl", "AliCode", 900)
	receiver.Script(confirmed.OrderID, merchant.AnswerFail, merchant.AnswerP1, merchant.AnswerJunk)
	exhausted := w.payment("intl", "AliCode", 901000)
	receiver.Script(exhausted.OrderID, merchant.AnswerFail, merchant.AnswerEmpty, merchant.AnswerServerError, merchant.AnswerRedirect, merchant.AnswerOK)
	w.pay("intl", confirmed)
	w.pay("intl", exhausted)
	checkIntervals(t, w.notified("intl", confirmed.OrderID, 3), time.Second, time.Second)
	checkIntervals(t, w.notified("intl", exhausted.OrderID, 4), time.Second, time.Second, 2*time.Second)
	if !eventually(w.settled) {
		t.Errorf("does not come to rest: %v", w.moving())
	}
	for _, r := range w.rows() {
		if want := map[string]string{confirmed.OrderID: "delivered", exhausted.OrderID: "exhausted"}[r.orderID]; r.notified != want {
			t.Errorf("notification of %s is %s, want %s", r.orderID, r.notified, want)
		}
	}
	w.checkOracles()
}

// checkIntervals checks O4: no attempt early, none left behind. That an idle bridge is
// late by a second at most is shown where time is simulated, in the delivery's tests:
// here the machine may be busy.
func checkIntervals(t *testing.T, got []merchant.Notification, intervals ...time.Duration) {
	t.Helper()
	for i, interval := range intervals {
		gap := got[i+1].Arrived.Sub(got[i].Answered)
		if gap < interval || gap > interval+time.Minute {
			t.Errorf("O4: attempt %d came %s after the one before, want %s", i+2, gap, interval)
		}
	}
}

func TestRestartKeepsDueTimes(t *testing.T) {
	t.Parallel()
	w := startWorld(t, settings{Extra: "notify_schedule 4s 4s"})
	p := w.payment("gm", "WxCode", 1000)
	w.receivers["gm"].Script(p.OrderID, merchant.AnswerFail, merchant.AnswerOK)
	w.pay("gm", p)
	w.notified("gm", p.OrderID, 1)
	w.bridge.stop()
	w.bridge.start()
	checkIntervals(t, w.notified("gm", p.OrderID, 2), 4*time.Second)
	w.rest()
}

func TestQueryByEveryNumber(t *testing.T) {
	t.Parallel()
	w := startWorld(t, settings{})
	p := w.payment("intl", "AliCode", 1100)
	reply := w.pay("intl", p)
	for name, lookup := range map[string]merchant.Lookup{
		"by orderid":                  {OrderID: p.OrderID},
		"by queryid":                  {QueryID: reply.QueryID},
		"queryid wins":                {QueryID: reply.QueryID, OrderID: "T99999999999999999"},
		"own number in queryid":       {QueryID: p.OrderID},
		"unknown queryid and orderid": {QueryID: "H00020261122000000000000001", OrderID: p.OrderID},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := w.client("intl").Query(w.ctx(), lookup)
			if err != nil || got.ResultCode != "0000" || got.OrderID != p.OrderID || got.QueryID != reply.QueryID {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
	other, err := w.client("gm").Query(w.ctx(), merchant.Lookup{QueryID: reply.QueryID})
	if err != nil || other.RespCode != "93" {
		t.Errorf("another merchant's order: %+v, %v", other, err)
	}
}
