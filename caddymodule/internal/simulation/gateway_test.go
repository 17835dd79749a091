//go:build simulation

package simulation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/bridge"
	"github.com/paybridge/paybridge/caddymodule/internal/route"
	"github.com/paybridge/paybridge/translate"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// closeCode is the close of a gateway that has one.
const closeCode = "OP2003"

// gateway is the v2 gateway with its books. It is careless where the bridge must not
// be: whatever pays at once takes money each time it is asked to, and each refund
// number is paid out.
type gateway struct {
	w *world

	mu    sync.Mutex
	books map[string]*booked // by our order number
	calls map[string]int     // by order and transaction code
}

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
}

func newGateway(w *world) *gateway {
	return &gateway{w: w, books: map[string]*booked{}, calls: map[string]int{}}
}

// caller is the gateway as a process calls it.
type caller struct{ p *process }

var errBroken = errors.New("connection broken")

// trip is one message on its way to the gateway.
type trip struct {
	message message
	order   *order
	what    string // goes wrong with it
	out     time.Duration
	back    time.Duration
}

// Post implements bridge.Gateway.
func (c caller) Post(ctx context.Context, form string) bridge.RoundTrip {
	g := c.p.m.w.gateway
	c.p.wake()
	if c.p.isDead() {
		return bridge.RoundTrip{Err: errDead}
	}
	defer c.p.wake()
	t := g.takes(form)
	g.w.tell("bridge %d sends %s for %s%s", c.p.m.n, t.message.Head.TranCode, t.order.id(), but(t.what))
	g.checkOnRecord(t)
	switch t.what {
	case "gateway cannot be reached":
		return bridge.RoundTrip{Err: errBroken}
	case "gateway client panics":
		g.arrive(t)
		panic("gateway client")
	}
	answered := make(chan bridge.RoundTrip, 1)
	g.w.actor(func() {
		time.Sleep(t.out)
		answer := g.arrive(t)
		time.Sleep(t.back)
		answered <- answer
	})
	select {
	case answer := <-answered:
		if c.p.isDead() {
			break
		}
		return answer
	case <-ctx.Done():
		return bridge.RoundTrip{Sent: true, Err: ctx.Err()}
	case <-c.p.dead:
	}
	return bridge.RoundTrip{Sent: true, Err: errDead}
}

// checkOnRecord checks that what leaves for the gateway, lost or not, is about an order
// that is on record as v2's: nothing else sends, no comparison of the shadow either.
func (g *gateway) checkOnRecord(t trip) {
	if g.w.stateOf(t.order.id()) == none {
		g.w.broken("rule 1", "%s of order %s leaves for the gateway, and the order is not on record", t.message.Head.TranCode, t.order.id())
	}
	g.w.arrives(t.order, route.V2)
}

// but says what goes wrong.
func but(what string) string {
	if what == "" {
		return ""
	}
	return ", but " + what
}

// takes draws the way of a message.
func (g *gateway) takes(form string) trip {
	m := g.open(form)
	g.mu.Lock()
	o := g.orderOf(m)
	counted := o.id() + m.Head.TranCode
	g.calls[counted]++
	n := g.calls[counted]
	g.mu.Unlock()
	d := g.w.chance.of("trip", o.id(), m.Head.TranCode, n)
	t := trip{message: m, order: o, out: d.between(time.Millisecond, 60*time.Millisecond), back: d.between(time.Millisecond, 60*time.Millisecond)}
	t.what = g.w.struck(onCall, o.id(), m.Head.TranCode, n)
	switch t.what {
	case "gateway slow":
		t.out += d.between(0, 12*time.Second)
		t.back += d.between(0, 12*time.Second)
	case "gateway hangs":
		t.back = 30 * time.Second
	}
	return t
}

// message is one in plain text.
type message struct {
	Head struct{ MerchantID, TranFlowid, TranCode string }
	Body map[string]string
}

func (g *gateway) open(form string) message {
	values, err := url.ParseQuery(form)
	must(err)
	envelope, err := v2.EnvelopeFrom(values.Get)
	must(err)
	plaintext, err := gatewayCodecs()[envelope.MerchantID].Open(envelope)
	must(err)
	var m message
	must(json.Unmarshal(plaintext, &m))
	return m
}

// orderNo is the number of the order that a message is about.
func (m message) orderNo() string {
	if no := m.Body["orderId"]; no != "" {
		return no
	}
	return m.Body["oriMerOrderId"]
}

// orderOf is the merchant's order that a message is about. What the payer reads as
// its subject is the merchant's number.
func (g *gateway) orderOf(m message) *order {
	if subject := m.Body["subject"]; subject != "" {
		o := g.w.order(subject)
		g.w.numbered(o, m.orderNo())
		return o
	}
	return g.w.orderNumbered(m.orderNo())
}

// arrive serves a message and returns what comes back.
func (g *gateway) arrive(t trip) bridge.RoundTrip {
	if t.what == "call lost" {
		return bridge.RoundTrip{Sent: true, Err: errBroken}
	}
	g.mu.Lock()
	answer := g.serve(t)
	g.mu.Unlock()
	text := answer.encode()
	switch t.what {
	case "answer lost", "gateway hangs":
		return bridge.RoundTrip{Sent: true, Err: errBroken}
	case "answer is html":
		text = "<html>502</html>"
	case "half an answer":
		text = text[:len(text)/2]
	case "answer forged":
		text = strings.Replace(text, "&sign=", "&sign=00", 1)
	}
	return bridge.RoundTrip{Sent: true, Body: []byte(text)}
}

// answer is one of the gateway.
type answer struct {
	merchant, flowNo, tranCode, code string
	body                             map[string]string
}

func (a answer) seal() v2.Envelope {
	plaintext, err := json.Marshal(map[string]any{
		"head": map[string]string{
			"version": "2.0.0", "tranType": "02", "merchantId": a.merchant,
			"tranTime":   time.Now().In(translate.Beijing).Format("20060102150405"),
			"tranFlowid": a.flowNo, "tranCode": a.tranCode, "respCode": a.code, "respDesc": "words",
		},
		"body": a.body,
	})
	must(err)
	e, err := gatewayCodecs()[a.merchant].Seal(a.merchant, "", plaintext)
	must(err)
	return e
}

func (a answer) encode() string {
	e := a.seal()
	return fmt.Sprintf("merchant_id=%s&msg_enc=%s&key_enc=%s&sign=%s", e.MerchantID, e.MsgEnc, e.KeyEnc, e.Sign)
}

// denials are faults that the gateway answers with a code and does nothing.
var denials = map[string]string{
	"gateway says processing":   v2.RespProcessing,
	"gateway says system error": v2.RespSystemError,
	"gateway says repeated":     v2.RespRepeated,
	"gateway refuses":           "E1000001",
	"gateway forgets":           v2.RespNotFound,
}

// serve does what a message asks for. g.mu is held.
func (g *gateway) serve(t trip) answer {
	m := t.message
	a := answer{merchant: m.Head.MerchantID, flowNo: m.Head.TranFlowid, tranCode: m.Head.TranCode, code: v2.RespProcessed}
	if code := denials[t.what]; code != "" {
		a.code = code
		return a
	}
	switch m.Head.TranCode {
	case v2.TranPay:
		g.servePay(t, &a)
	case v2.TranRefund:
		g.serveRefund(t, &a)
	case v2.TranRefundQuery:
		g.tellRefund(t, &a)
	case closeCode:
		g.serveClose(t, &a)
	default:
		g.tellOrder(t, &a)
	}
	switch t.what {
	case "answer of another":
		a.flowNo += "0"
	case "answer with other amount":
		if a.body != nil {
			a.body["totalAmt"], a.body["refundAmt"] = "0.02", "0.02"
		}
	}
	return a
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

// serveRefund pays back, once for each number.
func (g *gateway) serveRefund(t trip, a *answer) {
	m := t.message
	number := m.Body["merRefundFlowId"]
	b := g.books[m.orderNo()]
	if b == nil || b.state != v2.TranSuccess || b.amount != m.Body["refundAmt"] {
		a.code = "E1000003"
		return
	}
	if b.refunds[number] == nil {
		r := &refunded{amount: b.amount, state: v2.RefundSuccess}
		b.refunds[number] = r
		g.w.tell("%s is refunded", b.order.id())
		g.w.noteState(b.order, "refund")
		if d := g.w.chance.of("refund", b.order.id(), len(b.refunds)); d.once(0.3) {
			r.state = v2.RefundProcessing
			g.w.actor(func() {
				time.Sleep(d.between(time.Second, time.Minute))
				g.mu.Lock()
				defer g.mu.Unlock()
				r.state = v2.RefundSuccess
				g.announceRefund(b, number)
			})
		}
	}
	g.tellRefund(t, a)
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
