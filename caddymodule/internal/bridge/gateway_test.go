package bridge

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/paybridge/paybridge/translate"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// fakeGateway is the v2 gateway with its own books. What goes wrong is a script:
// each call takes the next fault, and none when the script is over.
type fakeGateway struct {
	codec *v2.Codec

	mu        sync.Mutex
	script    []fault
	chance    func() fault // when the script is over; nil for no faults
	atOnce    v2.TranState // what becomes of a scanned code
	refundAs  v2.RefundState
	gate      chan struct{} // calls wait until it is closed, if there is one
	calls     map[string]int
	discarded atomic.Int32 // answers whose connection was to be closed
	expected  func() int   // how many the ledger expects to write; nil where nobody looks
	uncounted atomic.Int32 // calls that were taken off that number without having been added
	books     map[string]*booked
	refunds   map[string]*refunded
}

type booked struct {
	amount  string
	scanned bool
	state   v2.TranState
	closed  bool
	charges int
}

type refunded struct {
	amount string
	state  v2.RefundState
}

// fault is what goes wrong with a call.
type fault struct {
	name   string
	unsent bool           // the call does not leave
	lost   bool           // the call leaves and does not arrive
	code   string         // the gateway answers this and does nothing; with refund, if it has one
	state  string         // it answers with this state and does nothing
	amount string         // in that answer; "" is the right one
	refund v2.RefundState // in that answer; "" is done
	flow   string         // the answer names this flow number; "-" for none
	crash  bool           // it panics after it has done its work
	mangle func(context.Context, string) RoundTrip
}

var errBroken = errors.New("connection broken")

func hang(ctx context.Context, _ string) RoundTrip {
	<-ctx.Done()
	return RoundTrip{Sent: true, Err: ctx.Err()}
}

// deaf does not even hear that nobody waits any more.
var deaf = fault{name: "deaf", mangle: func(context.Context, string) RoundTrip {
	time.Sleep(20 * time.Second) // in a bubble
	return RoundTrip{Sent: true, Err: errBroken}
}}

func becomes(body string) func(context.Context, string) RoundTrip {
	return func(context.Context, string) RoundTrip { return RoundTrip{Sent: true, Body: []byte(body)} }
}

// The faults.
var (
	unsent = fault{name: "unsent", unsent: true}
	lost   = fault{name: "lost on the way", lost: true}
	silent = fault{name: "answer lost", mangle: func(context.Context, string) RoundTrip { return RoundTrip{Sent: true, Err: errBroken} }}
	hangs  = fault{name: "hangs", mangle: hang}
	html   = fault{name: "html", mangle: becomes("<html>502</html>")}
	half   = fault{name: "half", mangle: func(_ context.Context, body string) RoundTrip {
		return RoundTrip{Sent: true, Body: []byte(body[:len(body)/2])}
	}}
	forged = fault{name: "forged", mangle: func(_ context.Context, body string) RoundTrip {
		return RoundTrip{Sent: true, Body: []byte(strings.Replace(body, "&sign=", "&sign=00", 1))}
	}}
	unknown   = fault{name: "E0000000", code: v2.RespProcessing}
	broken    = fault{name: "E9999999", code: v2.RespSystemError}
	repeated  = fault{name: "E8000003", code: v2.RespRepeated}
	refuses   = fault{name: "E1000001", code: "E1000001"}
	notFound  = fault{name: "E8000001", code: v2.RespNotFound}
	declines  = fault{name: "13", state: "13"}
	wrongSum  = fault{name: "other amount", state: "11", amount: "0.02"}
	panicking = fault{name: "panic", crash: true}
	none      = fault{name: "none"}

	unclear = []fault{lost, silent, hangs, html, half, forged, unknown, broken, repeated, panicking}
)

// Post implements Gateway.
func (g *fakeGateway) Post(ctx context.Context, form string) RoundTrip {
	if g.expected != nil && g.expected() < 0 {
		g.uncounted.Add(1)
	}
	f, gate := g.next()
	if f.unsent {
		return RoundTrip{Err: errBroken}
	}
	if gate != nil {
		select {
		case <-gate:
		case <-ctx.Done():
			return RoundTrip{Sent: true, Err: ctx.Err()}
		}
	}
	message := g.open(form)
	g.mu.Lock()
	g.calls[message.Head.TranCode]++
	answer := ""
	if !f.lost {
		answer = g.serve(message, f)
	}
	g.mu.Unlock()
	switch {
	case f.crash:
		panic("fake gateway")
	case f.lost:
		return RoundTrip{Sent: true, Err: errBroken}
	case f.mangle != nil:
		return f.mangle(ctx, answer)
	}
	return RoundTrip{Sent: true, Body: []byte(answer), Discard: func() { g.discarded.Add(1) }}
}

func (g *fakeGateway) next() (fault, chan struct{}) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.script) > 0 {
		f := g.script[0]
		g.script = g.script[1:]
		return f, g.gate
	}
	if g.chance != nil {
		return g.chance(), g.gate
	}
	return none, g.gate
}

// wire is a message in plain text.
type wire struct {
	Head struct{ MerchantID, TranFlowid, TranCode string }
	Body map[string]string
}

func (g *fakeGateway) open(form string) wire {
	values, err := url.ParseQuery(form)
	must(err)
	envelope, err := v2.EnvelopeFrom(values.Get)
	must(err)
	plaintext, err := g.codec.Open(envelope)
	must(err)
	var message wire
	must(json.Unmarshal(plaintext, &message))
	return message
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// serve does what a message asks for and answers it. g.mu is held.
func (g *fakeGateway) serve(m wire, f fault) string {
	if f.flow != "" { // it does what was asked and answers with what is another's
		if f.code+f.state != "" {
			g.serve(m, none)
		}
		m.Head.TranFlowid = strings.Trim(f.flow, "-")
	}
	order := m.Body["orderId"]
	if order == "" {
		order = m.Body["oriMerOrderId"]
	}
	switch {
	case f.code != "" && f.refund != "":
		return g.answer(m, f.code, map[string]string{"refundState": string(f.refund), "merRefundFlowId": m.Body["merRefundFlowId"]})
	case f.code != "":
		return g.answer(m, f.code, nil)
	case f.state != "":
		amount := cmp.Or(f.amount, m.Body["totalAmt"], m.Body["refundAmt"])
		if b := g.books[order]; b != nil {
			amount = cmp.Or(f.amount, b.amount)
		}
		return g.answer(m, v2.RespProcessed, map[string]string{
			"tranState": f.state, "orderId": order, "orderNo": order, "totalAmt": amount,
			"refundState": string(cmp.Or(f.refund, v2.RefundSuccess)), "merRefundFlowId": m.Body["merRefundFlowId"], "refundAmt": amount,
		})
	}
	switch m.Head.TranCode {
	case v2.TranPay:
		return g.servePay(m, order)
	case v2.TranRefund:
		return g.serveRefund(m, order)
	case v2.TranRefundQuery:
		return g.refundAnswer(m, m.Body["merRefundFlowId"])
	case closeCode:
		if b := g.books[order]; b == nil || b.state == v2.TranSuccess {
			return g.answer(m, "E1000002", nil)
		}
		g.books[order].state, g.books[order].closed = v2.TranFailed, true
		return g.answer(m, v2.RespProcessed, nil)
	}
	b := g.books[order]
	if b == nil {
		return g.answer(m, v2.RespNotFound, nil)
	}
	return g.answer(m, v2.RespProcessed, map[string]string{"tranState": string(b.state), "orderId": order, "totalAmt": b.amount})
}

// closeCode is the close of a gateway that has one.
const closeCode = "OP2003"

func (g *fakeGateway) servePay(m wire, order string) string {
	b := g.books[order]
	if b == nil {
		b = &booked{amount: m.Body["totalAmt"], scanned: m.Body["payMode"] == string(translate.MerchantScans), state: v2.TranProcessing}
		g.books[order] = b
	}
	if b.scanned {
		b.state = g.atOnce
		if b.state == v2.TranSuccess {
			b.charges++ // a gateway without a memory: every call takes money
		}
	}
	return g.answer(m, v2.RespProcessed, map[string]string{
		"tranState": string(b.state), "codeUrl": "weixin://pay?o=" + order, "urlScheme": "weixin://h5?o=" + order,
		"wc_pay_data": `{"package":"p"}`, "jytOrderId": "J" + order, "orderNo": order,
	})
}

func (g *fakeGateway) serveRefund(m wire, order string) string {
	number := m.Body["merRefundFlowId"]
	if b := g.books[order]; b == nil || b.state != v2.TranSuccess || b.amount != m.Body["refundAmt"] {
		return g.answer(m, "E1000003", nil)
	}
	if g.refunds[number] == nil {
		g.refunds[number] = &refunded{amount: m.Body["refundAmt"], state: g.refundAs}
	}
	return g.refundAnswer(m, number)
}

func (g *fakeGateway) refundAnswer(m wire, number string) string {
	r := g.refunds[number]
	if r == nil {
		return g.answer(m, v2.RespNotFound, nil)
	}
	return g.answer(m, v2.RespProcessed, map[string]string{
		"refundState": string(r.state), "merRefundFlowId": number, "refundAmt": r.amount,
	})
}

// answer seals the answer to m.
func (g *fakeGateway) answer(m wire, code string, body map[string]string) string {
	e := g.seal(m.Head.MerchantID, m.Head.TranFlowid, m.Head.TranCode, code, body)
	return fmt.Sprintf("merchant_id=%s&msg_enc=%s&key_enc=%s&sign=%s", e.MerchantID, e.MsgEnc, e.KeyEnc, e.Sign)
}

func (g *fakeGateway) seal(merchant, flowNo, tranCode, code string, body map[string]string) v2.Envelope {
	plaintext, err := json.Marshal(map[string]any{
		"head": map[string]string{
			"version": "2.0.0", "tranType": "02", "merchantId": merchant, "tranTime": "20261122120000",
			"tranFlowid": flowNo, "tranCode": tranCode, "respCode": code, "respDesc": "words",
		},
		"body": body,
	})
	must(err)
	e, err := g.codec.Seal(merchant, "", plaintext)
	must(err)
	return e
}

// notice is what the gateway tells of an order, edited.
func (g *fakeGateway) notice(order, state, amount string) v2.Envelope {
	return g.seal(gatewayMerchant, gatewayMerchant+"1", "", "", map[string]string{"merOrderId": order, "state": state, "totalAmt": amount})
}

// payer pays an order, if it is there to be paid.
func (g *fakeGateway) payer(order string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if b := g.books[order]; b.payable() {
		b.state = v2.TranSuccess
		b.charges++
	}
}

// decline has an attempt of a payer fail, who may try again.
func (g *fakeGateway) decline(order string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if b := g.books[order]; b.payable() {
		b.state = v2.TranFailed
	}
}

// payable reports whether a payer can pay. Whose card was declined takes another;
// a code that was scanned is over when it fails.
func (b *booked) payable() bool {
	return b != nil && !b.closed && (b.state == v2.TranProcessing || b.state == v2.TranFailed && !b.scanned)
}

func (g *fakeGateway) setScript(faults ...fault) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.script = faults
}

func (g *fakeGateway) count(tranCode string) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.calls[tranCode]
}

// state is how an order stands in the gateway's books, "" when it does not.
func (g *fakeGateway) state(order string) (v2.TranState, int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if b := g.books[order]; b != nil {
		return b.state, b.charges
	}
	return "", 0
}

// refundBecomes has a refund that the gateway has reach a state.
func (g *fakeGateway) refundBecomes(number string, state v2.RefundState) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.refunds[number].state = state
}

// refundsPaid counts the refunds that the gateway has paid.
func (g *fakeGateway) refundsPaid() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := 0
	for _, r := range g.refunds {
		if r.state == v2.RefundSuccess {
			n++
		}
	}
	return n
}

func yuan(fen int64) string { return strconv.FormatFloat(float64(fen)/100, 'f', 2, 64) }
