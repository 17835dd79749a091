//go:build simulation

package simulation

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// noticeLadder is when the gateway sends a notice again that nobody acknowledges.
var noticeLadder = []time.Duration{5 * time.Second, 15 * time.Second, 30 * time.Second, time.Minute, 3 * time.Minute}

// announce sends the notice of an order's state. g.mu is held.
func (g *gateway) announce(b *booked, state string) {
	a := answer{merchant: gatewayMerchant(b.order.merchant), flowNo: gatewayMerchant(b.order.merchant) + "1", body: map[string]string{
		"merOrderId": b.orderNo, "state": state, "totalAmt": b.amount,
	}}
	g.w.actor(func() { g.insist(b, a, state) })
}

// announceRefund sends the notice of what became of a refund. g.mu is held.
func (g *gateway) announceRefund(b *booked, number string, r refunded) {
	a := answer{merchant: gatewayMerchant(b.order.merchant), flowNo: gatewayMerchant(b.order.merchant) + "2", body: map[string]string{
		"oriMerOrderId": b.orderNo, "merRefundFlowId": number, "refundState": string(r.state), "refundAmt": b.amount,
	}}
	g.w.actor(func() { g.insist(b, a, fmt.Sprintf("%s of try %d", r.state, r.tries)) })
}

// insist sends a notice, of what a word names, until it is acknowledged or the ladder ends.
func (g *gateway) insist(b *booked, a answer, of string) {
	for n := 0; ; n++ {
		words := []any{b.order.id(), of, n}
		d := g.w.chance.of(append([]any{"notice"}, words...)...)
		time.Sleep(d.between(time.Millisecond, 3*time.Second))
		what := g.w.struck(onNotice, words...)
		if g.attempt(b, a, what, d) && what != "notice acknowledgement lost" {
			return
		}
		if n == len(noticeLadder) {
			return
		}
		time.Sleep(noticeLadder[n])
	}
}

// attempt sends a notice once, and reports whether it was acknowledged.
func (g *gateway) attempt(b *booked, a answer, what string, d draw) bool {
	switch what {
	case "notice lost":
		return false
	case "notice late":
		time.Sleep(d.between(10*time.Second, 5*time.Minute))
	case "notice doubled":
		other := draw{rand.New(rand.NewPCG(d.Uint64(), 0))} // the two run at the same time
		g.w.actor(func() { g.deliver(b, a, what, other) })
	case "notice contradicts":
		g.deliver(b, a.with("state", string(v2.TranFailed)), what, d)
	case "notice with other amount":
		g.deliver(b, a.with("totalAmt", "0.02").with("refundAmt", "0.02"), what, d)
	case "notice proves nothing":
		unproven := a
		unproven.code = v2.RespProcessing
		g.deliver(b, unproven, what, d)
	}
	return g.deliver(b, a, what, d)
}

// with is an answer that says something else.
func (a answer) with(member, value string) answer {
	body := map[string]string{}
	for name, text := range a.body {
		body[name] = text
	}
	if _, has := body[member]; has {
		body[member] = value
	}
	a.body = body
	return a
}

// deliver takes a notice to one of the bridges.
func (g *gateway) deliver(b *booked, a answer, what string, d draw) (taken bool) {
	p := g.w.balance(d)
	if p == nil {
		return false
	}
	p.wake()
	e := a.seal()
	if what == "notice forged" {
		e.Sign = swapped(e.Sign)
	}
	state := a.body["state"] + a.body["refundState"]
	g.w.noteState(b.order, "notice")
	form := url.Values{"merchant_id": {e.MerchantID}, "msg_enc": {e.MsgEnc}, "key_enc": {e.KeyEnc}, "sign": {e.Sign}}
	r := httptest.NewRequest(http.MethodPost, "https://pay.example/onepay/notify", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	reply := httptest.NewRecorder()
	p.notices.Serve(reply, r, "192.0.2.200", inbound.Served()[inbound.NotifyPath])
	taken = reply.Body.String() == "success" && !p.isDead()
	g.w.tell("notice %s of %s at bridge %d, %s: taken %v", state, b.order.id(), p.m.n, what, taken)
	if taken && what == "notice forged" {
		g.w.broken("§4", "a forged notice of %s was acknowledged", b.order.id())
	}
	if taken && a.body["totalAmt"]+a.body["refundAmt"] != b.amount {
		g.w.broken("rule 5", "a notice of %s with another amount was acknowledged", b.order.id())
	}
	if taken && a.code == "" {
		g.mu.Lock()
		b.acked = append(b.acked, state)
		g.mu.Unlock()
		g.checkAcknowledged(b, a, state)
	}
	return taken
}

// checkAcknowledged checks, at the moment of the acknowledgement, that what the notice
// said is in the ledger.
func (g *gateway) checkAcknowledged(b *booked, a answer, state string) {
	if state != string(v2.TranSuccess) || a.body["totalAmt"] != b.amount {
		return
	}
	switch now := g.w.stateOf(b.order.id()); now {
	case "paid", "refunding", "refunded", "refund_failed":
	default:
		g.w.broken("O2", "the notice that %s is paid was acknowledged, and the ledger has it as %s", b.order.id(), now)
	}
}

// swapped is a text with its first character made another one.
func swapped(sign string) string {
	if sign[0] == '0' {
		return "1" + sign[1:]
	}
	return "0" + sign[1:]
}
