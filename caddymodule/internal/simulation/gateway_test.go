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
	if t.message.Head.TranCode == v2.TranRefund && g.w.dealtWith(t.order) {
		g.w.broken("dealt with", "order %s is to be refunded, and an operator has dealt with it", t.order.id())
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
	if t.what == "" && m.Head.TranCode == v2.TranRefund {
		t.what = g.w.struck(onRefund, o.id(), n)
	}
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
