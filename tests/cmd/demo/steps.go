package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/paybridge/paybridge/tests/sandbox/merchant"
)

// The tranCodes of v2, as the bridge's Caddyfile has them.
const (
	tranPay    = "OP1001"
	tranRefund = "OP1003"
	tranClose  = "OP1004"
)

// The resultcodes of v1 for orders that are not paid.
const (
	resultUnpaid = "1001"
	resultOver   = "1003" // failed, closed or refunded
)

// payment is the demo without flags.
var payment = story{title: "Paybridge: one payment, from a v1 request to the merchant's notification", acts: acts}

// acts is the demo, step by step.
var acts = []act{
	{"The bridge's Caddyfile (keys and ledger are in a temporary folder):", (*demo).showCaddyfile},
	{"Two servers start:", (*demo).startServers},
	{"A merchant asks for 19.99 yuan, to be paid by a code on display (v1, WxSao):", (*demo).askForCode},
	{"The bridge passes it on, encrypted. The gateway opened this (v2, OP1001):", (*demo).showOpened},
	{"The gateway answers (v2):", (*demo).showAnswer},
	{"The bridge answers the merchant (v1):", (*demo).showReply},
	{"The merchant displays the code. It is the sandbox's and moves no money:", (*demo).showCode},
	{"The payer pays. The gateway tells the bridge (v2 notice):", (*demo).payCode},
	{"The bridge tells the merchant (v1 notification):", (*demo).awaitNotification},
	{"A merchant scans a payer's phone, 12.00 yuan, paid at once (AliCode):", (*demo).scanPhone},
	{"The merchant cancels that payment; the payer's money goes back:", (*demo).cancelPaid},
	{"Another order, 5.00 yuan (WxSao), is not paid:", (*demo).leaveUnpaid},
	{"The merchant cancels that order; it is closed at the gateway:", (*demo).cancelUnpaid},
	{"The gateway's own book agrees:", (*demo).compareBook},
}

func (d *demo) showCaddyfile(context.Context) error {
	text, err := os.ReadFile(filepath.Join(d.folder, bridgeCaddyfile))
	if err != nil {
		return fmt.Errorf("reading Caddyfile: %w", err)
	}
	d.show.block(string(text))
	return nil
}

func (d *demo) startServers(ctx context.Context) error {
	if err := d.start(ctx); err != nil {
		return err
	}
	d.show.row("bridge", d.BridgeURL+"   Caddy with Paybridge")
	d.show.row("gateway", d.GatewayURL+"   a sandbox that speaks v2 and keeps a book")
	return nil
}

func (d *demo) askForCode(ctx context.Context) error {
	if err := d.pay(ctx, &d.shown); err != nil {
		return err
	}
	d.show.row("POST", d.tap.path)
	d.show.row("req", short(d.tap.request.text))
	d.show.row("sign", d.tap.request.signature)
	return d.showInner(d.tap.request)
}

// showInner shows the JSON inside a v1 message.
func (d *demo) showInner(message signed) error {
	text, err := message.json()
	if err != nil {
		return err
	}
	d.show.json(text)
	return nil
}

func (d *demo) showOpened(context.Context) error {
	d.show.json(d.exchange.Plaintext)
	return nil
}

func (d *demo) showAnswer(context.Context) error {
	d.show.json(d.exchange.Answer)
	return nil
}

func (d *demo) showReply(context.Context) error {
	d.show.row("resp", short(d.tap.reply.text))
	d.show.row("sign", d.tap.reply.signature)
	return d.showInner(d.tap.reply)
}

func (d *demo) showCode(context.Context) error {
	d.show.qr(d.reply.FormAction)
	d.show.row("formaction", d.reply.FormAction)
	return nil
}

// noticePatience is how long the notice may take, and then the notification.
const noticePatience = time.Minute

func (d *demo) payCode(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, noticePatience)
	defer cancel()
	if err := d.gateway.pay(ctx, d.shown.gatewayID); err != nil {
		return err
	}
	notice, err := d.gateway.notice(ctx, d.shown.gatewayID)
	if err != nil {
		return err
	}
	d.show.json(notice.Plaintext)
	answer := strings.TrimSpace(fmt.Sprintf("%s%s", notice.Body, notice.Error))
	d.show.row("bridge answers", answer)
	return expect("the bridge's answer to the notice", answer, "success")
}

func (d *demo) awaitNotification(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, noticePatience)
	defer cancel()
	n, err := d.notification(ctx, d.shown)
	if err != nil {
		return err
	}
	d.show.row("POST", d.backURL)
	d.show.json(n.Inner)
	d.show.row("merchant answers", string(n.Answer))
	return nil
}

// notification waits for the first notification of a paid order.
func (d *demo) notification(ctx context.Context, o order) (merchant.Notification, error) {
	notifications, err := d.receiver.Wait(ctx, o.orderID, 1)
	if err != nil {
		return merchant.Notification{}, advised{err,
			"The order is paid but the bridge has not called the merchant's backurl. Its log may say why."}
	}
	n := notifications[0]
	if len(n.Violations) > 0 {
		return n, fmt.Errorf("the notification: %w", n.Violations[0])
	}
	return n, expect("the notification's amount", fmt.Sprint(n.Amount), fmt.Sprint(o.amount))
}

func (d *demo) scanPhone(ctx context.Context) error {
	if err := d.pay(ctx, &d.scanned); err != nil {
		return err
	}
	d.showCall(tranPay)
	ctx, cancel := context.WithTimeout(ctx, noticePatience)
	defer cancel()
	n, err := d.notification(ctx, d.scanned)
	if err != nil {
		return err
	}
	d.show.row("  notification", members(n.Inner, "resultcode", "resultmsg", "paytime"))
	return d.query(ctx, d.scanned, merchant.ResultPaid)
}

func (d *demo) cancelPaid(ctx context.Context) error {
	return d.cancel(ctx, d.scanned, tranRefund)
}

func (d *demo) leaveUnpaid(ctx context.Context) error {
	if err := d.pay(ctx, &d.unpaid); err != nil {
		return err
	}
	d.showCall(tranPay)
	return d.query(ctx, d.unpaid, resultUnpaid)
}

func (d *demo) cancelUnpaid(ctx context.Context) error {
	return d.cancel(ctx, d.unpaid, tranClose)
}

func (d *demo) compareBook(ctx context.Context) error {
	s, err := d.gateway.state(ctx)
	if err != nil {
		return err
	}
	t := s.tally()
	d.show.row("orders", fmt.Sprintf("%d: %d charged once, %d of them refunded once, %d closed", len(s.Orders), t.charged, t.refunded, t.closed))
	d.show.row("specification", fmt.Sprintf("%d deviations in what the bridge sent", len(s.Violations)))
	d.show.row("merchant", fmt.Sprintf("%d notifications for %d paid orders", len(d.receiver.Notifications("")), t.charged))
	if len(s.Violations) > 0 {
		return fmt.Errorf("the bridge's message: %s: %s", s.Violations[0].Path, s.Violations[0].Problem)
	}
	return expect("charged, refunded, closed", fmt.Sprint(t), fmt.Sprint(tally{charged: 2, refunded: 1, closed: 1}))
}

// pay submits an order and remembers what it was answered, here and at the
// gateway.
func (d *demo) pay(ctx context.Context, o *order) error {
	var err error
	d.reply, err = d.client.Pay(ctx, merchant.Payment{
		Action: o.action, OrderID: o.orderID, Amount: o.amount, Code: o.code, BackURL: d.backURL,
	})
	if err != nil {
		return err
	}
	if err := expectSuccess(d.reply); err != nil {
		return err
	}
	if d.exchange, err = d.gateway.lastExchange(ctx, tranPay); err != nil {
		return err
	}
	o.gatewayID = d.exchange.OrderID
	return nil
}

// query asks for the state of an order, which must be the wanted resultcode.
func (d *demo) query(ctx context.Context, o order, want string) (err error) {
	if d.reply, err = d.client.Query(ctx, merchant.Lookup{OrderID: o.orderID}); err != nil {
		return err
	}
	d.showCall("")
	return expect("the query's resultcode", d.reply.ResultCode, want)
}

// cancel cancels an order, which the bridge must do by a call of the gateway,
// and asks for its state afterwards.
func (d *demo) cancel(ctx context.Context, o order, tranCode string) (err error) {
	if d.reply, err = d.client.Cancel(ctx, merchant.Lookup{OrderID: o.orderID}); err != nil {
		return err
	}
	if err := expectSuccess(d.reply); err != nil {
		return err
	}
	if d.exchange, err = d.gateway.lastExchange(ctx, tranCode); err != nil {
		return err
	}
	if err := expect("the order of the gateway's "+tranCode, d.exchange.OrderID, o.gatewayID); err != nil {
		return err
	}
	d.showCall(tranCode)
	return d.query(ctx, o, resultOver)
}

// showCall shows the last call of the merchant in three lines: what it sent,
// what the gateway answered if it was asked by tranCode, what it was answered.
func (d *demo) showCall(tranCode string) {
	if request, err := d.tap.request.json(); err == nil {
		d.show.row(d.tap.path, members(request, "action", "txnamt", "orderid"))
	}
	if tranCode != "" {
		d.show.row("  "+tranCode, members(d.exchange.Answer, "head.respCode", "body.tranState", "body.refundState", "body.refundAmt"))
	}
	if reply, err := d.tap.reply.json(); err == nil {
		d.show.row("  answer", members(reply, "respcode", "resultcode", "resultmsg"))
	}
}

// members writes those members of JSON that are there and not empty.
func members(text string, paths ...string) string {
	var found []string
	for _, path := range paths {
		value := gjson.Get(text, path)
		shown := value.String()
		if value.Type == gjson.Number {
			shown = value.Raw // as it was written: 12.00
		}
		if shown != "" {
			found = append(found, path[strings.LastIndex(path, ".")+1:]+" "+shown)
		}
	}
	return strings.Join(found, "  ")
}
