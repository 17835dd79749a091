package tests

import (
	"testing"

	"github.com/paybridge/paybridge/tests/sandbox"
	"github.com/paybridge/paybridge/tests/sandbox/merchant"
)

func TestNoticeVariants(t *testing.T) {
	t.Parallel()
	w := startWorld(t, settings{})
	believed := map[sandbox.NoticeVariant]bool{
		sandbox.NoticePlain: true, sandbox.NoticeMultipart: true, sandbox.NoticeXMLEnc: true,
		sandbox.NoticeOddOrder: true, sandbox.NoticeNumber: true, sandbox.NoticeGBK: true,
		sandbox.NoticeWrongAmount: false, sandbox.NoticeWrongOrder: false, sandbox.NoticeUnknownOrder: false,
		sandbox.NoticeForged: false,
	}
	// Each order has an amount of its own: a wrong order number may be that of
	// the order beside it.
	fen := int64(2000)
	for variant, credible := range believed {
		t.Run(string(variant), func(t *testing.T) {
			fen++
			p := w.payment("intl", "AliSao", fen)
			reply := w.pay("intl", p)
			results, err := w.gateway.SendNotice(w.ctx(), sandbox.Notice{
				MerchantID: shops["intl"].Gateway, OrderID: reply.OrderNo(), Variant: variant,
			})
			if err != nil {
				t.Fatal(err)
			}
			if credible == (results[0].Body == "success") {
				return // an unpaid order's notice says so, and is acknowledged
			}
			t.Errorf("acknowledged with %q", results[0].Body)
		})
	}
	for variant, credible := range believed {
		t.Run("paid/"+string(variant), func(t *testing.T) {
			fen++
			p := w.payment("gm", "AliSao", fen)
			reply := w.pay("gm", p)
			w.payerPays("gm", reply, sandbox.Notice{Variant: variant}, false)
			if credible {
				w.notified("gm", p.OrderID, 1)
				return
			}
			// Where the notice is of an order that is known, the gateway is asked at once.
			if n := w.receivers["gm"].Notifications(p.OrderID); len(n) != 0 && variant != sandbox.NoticeWrongAmount {
				t.Errorf("a %s notice was passed on: %+v", variant, n)
			}
			// The truth comes out by asking.
			if !eventually(func() bool { return w.query("gm", p.OrderID).ResultCode == "0000" }) {
				t.Errorf("a query after a %s notice does not find that it is paid", variant)
			}
			w.notified("gm", p.OrderID, 1)
		})
	}
	w.rest()
}

// TestNoticeTakesItselfBack: a notice that says paid, and in its respCode that something
// failed, moves nothing; it is acknowledged, and the gateway is asked.
func TestNoticeTakesItselfBack(t *testing.T) {
	t.Parallel()
	w := startWorld(t, settings{})
	for suite := range shops {
		fen, _ := sandbox.AmountFor(sandbox.Pending, false)
		p := w.payment(suite, "AliSao", fen)
		reply := w.pay(suite, p)
		results, err := w.gateway.SendNotice(w.ctx(), sandbox.Notice{
			MerchantID: shops[suite].Gateway, OrderID: reply.OrderNo(), Members: map[string]string{"respCode": "E9999999", "state": "11"},
		})
		if err != nil || !results[0].Acknowledged() {
			t.Fatalf("%s: %+v, %v", suite, results, err)
		}
		if got := w.query(suite, p.OrderID); got.ResultCode != "1001" {
			t.Errorf("%s: the query says %s", suite, got.Inner)
		}
		w.payerPays(suite, reply, sandbox.Notice{}, false)
		w.notified(suite, p.OrderID, 1)
	}
	w.rest()
}

// TestRefundNoticeAtThePayAddress: a notice of a refund that comes where those of payments do
// is read, and believed of the refund whose number it has.
func TestRefundNoticeAtThePayAddress(t *testing.T) {
	t.Parallel()
	w := startWorld(t, settings{})
	const fen = 2350
	p := w.payment("gm", "WxCode", fen)
	reply := w.pay("gm", p)
	if got := w.cancel("gm", p.OrderID); got.RespCode != "00" {
		t.Fatalf("cancel: %s", got.Inner)
	}
	order, _ := w.gateway.Order(shops["gm"].Gateway, reply.OrderNo())
	if len(order.Refunds) != 1 {
		t.Fatalf("%d refunds", len(order.Refunds))
	}
	number := order.Refunds[0].FlowID
	for flow, taken := range map[string]bool{number: true, number + "9": false} {
		results, err := w.gateway.SendNotice(w.ctx(), sandbox.Notice{
			MerchantID: shops["gm"].Gateway, OrderID: reply.OrderNo(),
			Members: map[string]string{"refundState": "31", "refundAmt": "23.50", "merRefundFlowId": flow},
		})
		if err != nil || results[0].Acknowledged() != taken {
			t.Errorf("refund %s: %+v, %v", flow, results, err)
		}
	}
	w.rest()
}

func TestNoticesInManyCopies(t *testing.T) {
	t.Parallel()
	w := startWorld(t, settings{})
	p := w.payment("intl", "USao", 3000)
	reply := w.pay("intl", p)
	w.payerPays("intl", reply, sandbox.Notice{Copies: 8, Together: true}, false)
	w.payerPaysAgain(t, reply)
	w.notified("intl", p.OrderID, 1)
	w.rest()
	if got := w.receivers["intl"].Notifications(p.OrderID); len(got) != 1 {
		t.Errorf("%d notifications for one order", len(got))
	}
}

// payerPaysAgain sends late copies and a contradiction of what is settled.
func (w *world) payerPaysAgain(t *testing.T, reply *merchant.Reply) {
	t.Helper()
	for _, variant := range []sandbox.NoticeVariant{sandbox.NoticePlain, sandbox.NoticeContradictory} {
		if _, err := w.gateway.SendNotice(w.ctx(), sandbox.Notice{
			MerchantID: shops["intl"].Gateway, OrderID: reply.OrderNo(), Variant: variant, Copies: 2,
		}); err != nil {
			t.Fatal(err)
		}
	}
	if got := w.query("intl", reply.OrderID); got.ResultCode != "0000" {
		t.Errorf("after a contradiction: %s", got.Inner)
	}
}

func TestLostNoticeIsFoundOut(t *testing.T) {
	t.Parallel()
	w := startWorld(t, settings{})
	fen, _ := sandbox.AmountFor(sandbox.Pending, false)
	p := w.payment("intl", "WxCode", fen)
	reply := w.pay("intl", p)
	w.payerPays("intl", reply, sandbox.Notice{Delivery: sandbox.DeliverNever}, false)
	w.notified("intl", p.OrderID, 1) // nobody asked; the reconciler did
	w.rest()
}
