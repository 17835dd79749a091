//go:build simulation

package simulation

import (
	"time"

	"github.com/paybridge/paybridge/translate"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// booked is an order in the gateway's books.
type booked struct {
	order   *order
	orderNo string
	amount  string
	scanned bool
	state   v2.TranState
	closed  bool
	expires time.Time
	charges int
	refunds map[string]*refunded
	acked   []string // states of payments whose notices were acknowledged
}

type refunded struct {
	amount string
	state  v2.RefundState
	tries  int // that the gateway has made
}

// servePay takes an order. One that is on display is taken once; a code that was
// scanned pays each time.
func (g *gateway) servePay(t trip, a *answer) {
	no := t.message.orderNo()
	b := g.books[no]
	if b == nil {
		expires, err := time.ParseInLocation("20060102150405", t.message.Body["exprieTime"], translate.Beijing)
		must(err)
		b = &booked{
			order: t.order, orderNo: no, amount: t.message.Body["totalAmt"], expires: expires, state: v2.TranProcessing,
			scanned: t.message.Body["payMode"] == string(translate.MerchantScans), refunds: map[string]*refunded{},
		}
		g.books[no] = b
	}
	if b.scanned {
		g.scan(b)
	}
	a.body = map[string]string{
		"tranState": string(b.state), "codeUrl": "weixin://pay?o=" + no, "urlScheme": "weixin://h5?o=" + no,
		"jytOrderId": "J" + no, "orderNo": no, "totalAmt": b.amount,
	}
}

// scan takes the money of a scanned code, asks its payer first, or refuses.
func (g *gateway) scan(b *booked) {
	d := g.w.chance.of("scan", b.order.id())
	switch sort := d.Float64(); {
	case sort < 0.6:
		g.charge(b)
	case sort < 0.9:
		asked := b.charges == 0 && b.state == v2.TranProcessing
		if asked {
			g.w.actor(func() {
				time.Sleep(d.between(2*time.Second, 50*time.Second))
				g.entered(b, sort < 0.8)
			})
		}
	default:
		b.state = v2.TranFailed
		g.announce(b, string(b.state))
	}
}

// entered is what becomes of a payer who was asked for a password.
func (g *gateway) entered(b *booked, right bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case b.state != v2.TranProcessing:
	case right:
		g.charge(b)
	default:
		b.state = v2.TranFailed
		g.announce(b, string(b.state))
	}
}

// charge takes the money. g.mu is held.
func (g *gateway) charge(b *booked) {
	b.state = v2.TranSuccess
	b.charges++
	g.w.tell("the payer of %s is charged", b.order.id())
	g.w.noteState(b.order, "payment")
	g.announce(b, string(b.state))
}

func (g *gateway) tellOrder(t trip, a *answer) {
	b := g.books[t.message.orderNo()]
	if b == nil {
		a.code = v2.RespNotFound
		return
	}
	a.body = map[string]string{"tranState": string(b.state), "orderId": b.orderNo, "totalAmt": b.amount}
}

func (g *gateway) serveClose(t trip, a *answer) {
	b := g.books[t.message.orderNo()]
	if b == nil || b.state == v2.TranSuccess {
		a.code = "E1000002"
		return
	}
	b.state, b.closed = v2.TranFailed, true
}

// serveRefund pays back, once for each number. What has failed is tried again under it.
func (g *gateway) serveRefund(t trip, a *answer) {
	m := t.message
	number := m.Body["merRefundFlowId"]
	b := g.books[m.orderNo()]
	if b == nil || b.state != v2.TranSuccess || b.amount != m.Body["refundAmt"] {
		a.code = "E1000003"
		return
	}
	if r := b.refunds[number]; r == nil || r.state == v2.RefundFailed {
		g.refund(b, number, t.what == "refund fails")
	}
	g.tellRefund(t, a)
}

// refund pays back, at once or after a while, or tells after a while that it could not.
func (g *gateway) refund(b *booked, number string, fails bool) {
	r := b.refunds[number]
	if r == nil {
		r = &refunded{amount: b.amount}
		b.refunds[number] = r
	}
	r.state, r.tries = v2.RefundSuccess, r.tries+1
	g.w.noteState(b.order, "refund")
	d := g.w.chance.of("refund", b.order.id(), len(b.refunds), r.tries)
	if !fails && !d.once(0.3) {
		g.w.tell("%s is refunded", b.order.id())
		return
	}
	r.state = v2.RefundProcessing
	g.w.actor(func() {
		time.Sleep(d.between(time.Second, time.Minute))
		g.mu.Lock()
		defer g.mu.Unlock()
		r.state = v2.RefundSuccess
		if fails {
			r.state = v2.RefundFailed
		}
		g.w.tell("the refund of %s has come to %s", b.order.id(), r.state)
		g.announceRefund(b, number, *r)
	})
}

func (g *gateway) tellRefund(t trip, a *answer) {
	number := t.message.Body["merRefundFlowId"]
	b := g.books[t.message.orderNo()]
	if b == nil || b.refunds[number] == nil {
		a.code = v2.RespNotFound
		return
	}
	r := b.refunds[number]
	a.body = map[string]string{"refundState": string(r.state), "merRefundFlowId": number, "refundAmt": r.amount}
}

// payable reports whether a payer can pay now. Whose card was declined takes another.
func (b *booked) payable() bool {
	return !b.scanned && !b.closed && time.Now().Before(b.expires) &&
		(b.state == v2.TranProcessing || b.state == v2.TranFailed)
}

// paidBy is a payer who pays an order that is on display, or whose card is declined.
func (g *gateway) paidBy(orderNo string, declined bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	b := g.books[orderNo]
	switch {
	case b == nil || !b.payable():
	case declined:
		b.state = v2.TranFailed
		g.announce(b, string(b.state))
	default:
		g.charge(b)
	}
}

// gatewayWord is what the people of the gateway say of an order; no state where they have
// to wait themselves.
type gatewayWord struct {
	state translate.State
	no    string // the gateway's, of the payment or the refund
}

// tells is what is in the books of an order that an operator asks about.
func (g *gateway) tells(r row) gatewayWord {
	g.mu.Lock()
	defer g.mu.Unlock()
	b := g.books[r.orderNo]
	switch {
	case r.state == string(translate.Refunding) || r.state == string(translate.RefundFailed):
		return b.tellsRefund(r.refundNo)
	case b == nil:
		return gatewayWord{state: translate.Failed}
	case b.charges > 0:
		return gatewayWord{translate.Paid, "J" + r.orderNo}
	case b.closed || b.payable():
		return gatewayWord{state: translate.Closed} // which nobody is to pay any more
	case b.state == v2.TranFailed:
		return gatewayWord{state: translate.Failed}
	}
	return gatewayWord{}
}

func (b *booked) tellsRefund(refundNo string) gatewayWord {
	switch r := b.refunds[refundNo]; {
	case r == nil || r.state == v2.RefundFailed:
		return gatewayWord{state: translate.RefundFailed}
	case r.state == v2.RefundSuccess:
		return gatewayWord{translate.Refunded, "R" + refundNo}
	}
	return gatewayWord{}
}
