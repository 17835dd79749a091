package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os/exec"
	"regexp"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/paybridge/paybridge/tests/sandbox/merchant"
)

// moving shows a merchant moved from the old gateway to v2.
var moving = story{
	scene: scene{Move: true},
	title: "Paybridge: a merchant moves from the old gateway to v2, and changes nothing",
	acts: []act{
		{"The bridge's Caddyfile: default_route old moves nobody:", (*demo).showCaddyfile},
		{"Two servers start; the second is both gateways:", (*demo).startBoth},
		{"The merchant pays as it always has, and the bridge passes it on:", (*demo).payAtOld},
		{"Into the shadow. The old gateway answers, the bridge compares:", (*demo).shadow},
		{"What was found. The old gateway once told the amount as a text:", (*demo).readiness},
		{"20 % of the new orders go to v2 (--force: it has not been seen for a day yet):", (*demo).share},
		{"All of them:", (*demo).all},
		{"v2 begins to refuse payments:", (*demo).refuse},
		{"Back. Orders that are on v2 stay there:", (*demo).back},
		{"v2 is well again. Forward:", (*demo).forward},
		{"Both books. Every order is in one of them:", (*demo).compareBooks},
	},
}

func (d *demo) startBoth(ctx context.Context) error {
	if err := d.start(ctx); err != nil {
		return err
	}
	d.show.row("bridge", d.BridgeURL+"   Caddy with Paybridge")
	d.show.row("old gateway", d.OldURL+"   a sandbox that speaks v1 and keeps a book")
	d.show.row("v2 gateway", d.GatewayURL+"   a sandbox that speaks v2 and keeps a book")
	return nil
}

// submit submits a new order and returns its number.
func (d *demo) submit(ctx context.Context) (orderID string, err error) {
	d.submitted++
	orderID = fmt.Sprintf("20270103%06d", d.submitted)
	d.reply, err = d.client.Pay(ctx, merchant.Payment{Action: "WxSao", OrderID: orderID, Amount: 1999, BackURL: d.backURL})
	return orderID, err
}

// oldOrders are the numbers of the orders that the old gateway has.
func (d *demo) oldOrders(ctx context.Context) (map[string]bool, error) {
	var book struct {
		Orders []struct {
			OrderID string `json:"orderid"`
		} `json:"orders"`
	}
	err := d.old.call(ctx, http.MethodGet, "state", nil, &book)
	has := make(map[string]bool, len(book.Orders))
	for _, o := range book.Orders {
		has[o.OrderID] = true
	}
	return has, err
}

// submitSome submits orders and returns how many of them went to v2.
func (d *demo) submitSome(ctx context.Context, count int) (toV2 int, err error) {
	var numbers []string
	for range count {
		orderID, err := d.submit(ctx)
		if err == nil {
			err = expectSuccess(d.reply)
		}
		if err != nil {
			return 0, err
		}
		numbers = append(numbers, orderID)
	}
	old, err := d.oldOrders(ctx)
	for _, orderID := range numbers {
		if !old[orderID] {
			toV2++
		}
	}
	d.show.row("new orders", fmt.Sprintf("%d to the old gateway, %d to v2", count-toV2, toV2))
	return toV2, err
}

// operate carries out a command of the operator and shows it. A status in statuses is
// no failure.
func (d *demo) operate(ctx context.Context, statuses []int, args ...string) (output string, err error) {
	words := make([]string, len(args))
	for i, arg := range args {
		words[i] = arg
		if strings.Contains(arg, " ") {
			words[i] = `"` + arg + `"`
		}
	}
	d.show.line(indent + "$ caddy paybridge " + strings.Join(words, " "))
	cmd := exec.CommandContext(ctx, d.caddy, append(append([]string{"paybridge"}, args...), "--address", d.Admin())...)
	out, err := cmd.Output()
	for _, status := range statuses {
		if cmd.ProcessState != nil && cmd.ProcessState.ExitCode() == status {
			err = nil
		}
	}
	if err != nil {
		return "", fmt.Errorf("caddy paybridge %s: %w: %s", args[0], err, out)
	}
	return string(out), nil
}

// route changes where the merchant's new orders go.
func (d *demo) route(ctx context.Context, words ...string) error {
	out, err := d.operate(ctx, nil, append([]string{"merchant", "route", merchantID}, words...)...)
	d.show.block(wrapped(out, lineWidth-len(indent)))
	return err
}

func (d *demo) payAtOld(ctx context.Context) error {
	if _, err := d.submitSome(ctx, 1); err != nil {
		return err
	}
	d.showCall("")
	return d.payerPays(ctx, d.reply.OrderID, func() error {
		return d.old.call(ctx, http.MethodPost, "pay", map[string]string{"merid": merchantID, "orderid": d.reply.OrderID}, nil)
	})
}

// payerPays lets an order be paid and waits until its merchant has heard of it.
func (d *demo) payerPays(ctx context.Context, orderID string, pay func() error) error {
	ctx, cancel := context.WithTimeout(ctx, noticePatience)
	defer cancel()
	if err := pay(); err != nil {
		return err
	}
	n, err := d.notification(ctx, order{orderID: orderID, amount: 1999})
	if err != nil {
		return err
	}
	d.show.row("  notification", members(n.Inner, "orderid", "resultcode", "txnamt"))
	return nil
}

// shadowed is how many orders the merchant submits in the shadow.
const shadowed = 4

func (d *demo) shadow(ctx context.Context) error {
	if err := d.route(ctx, "shadow", "--why", "before it moves"); err != nil {
		return err
	}
	odd := map[string]any{"behaviour": "text_amount", "times": 1}
	if err := d.old.call(ctx, http.MethodPost, "behaviour", odd, nil); err != nil {
		return err
	}
	if _, err := d.submit(ctx); err == nil { // whose reader is strict
		return errors.New("the merchant's program has not noticed that the amount is a text")
	}
	_, err := d.submitSome(ctx, shadowed-1)
	return err
}

// shadowPatience is how long it may take until what the shadow found is in the ledger.
const shadowPatience = time.Minute

func (d *demo) readiness(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, shadowPatience)
	defer cancel()
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		// A verdict that is not "ready" is a status of its own.
		out, _ := exec.CommandContext(ctx, d.caddy, "paybridge", "readiness", merchantID, "--json", "--address", d.Admin()).Output()
		if compared := gjson.GetBytes(out, "items.0.compared").Int(); compared >= shadowed {
			break
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("waiting for the shadow: %w: %s", ctx.Err(), out)
		}
	}
	const notReady = 1
	out, err := d.operate(ctx, []int{notReady}, "readiness", merchantID)
	if err != nil {
		return err
	}
	verdict, _, _ := strings.Cut(out, "SEEN ")
	d.show.block(wrapped(strings.TrimSpace(verdict), lineWidth-len(indent)))
	const found = "the member txnamt is text at the old gateway and a whole number at the bridge"
	if !strings.Contains(out, found) {
		return fmt.Errorf("readiness does not say that %s:\n%s", found, out)
	}
	return nil
}

func (d *demo) share(ctx context.Context) error {
	if err := d.route(ctx, "v2", "--percent", "20", "--force", "--why", "some first"); err != nil {
		return err
	}
	const orders = 20
	toV2, err := d.submitSome(ctx, orders)
	if err == nil && (toV2 == 0 || toV2 == orders) {
		err = fmt.Errorf("%d of %d orders went to v2", toV2, orders)
	}
	return err
}

func (d *demo) all(ctx context.Context) error {
	if err := d.route(ctx, "v2", "--force", "--why", "all is well"); err != nil {
		return err
	}
	return d.payOnV2(ctx)
}

// payOnV2 submits an order that must go to v2, and has it paid.
func (d *demo) payOnV2(ctx context.Context) error {
	toV2, err := d.submitSome(ctx, 1)
	if err != nil {
		return err
	}
	if err := expect("new orders on v2", fmt.Sprint(toV2), "1"); err != nil {
		return err
	}
	if d.exchange, err = d.gateway.lastExchange(ctx, tranPay); err != nil {
		return err
	}
	return d.payerPays(ctx, d.reply.OrderID, func() error { return d.gateway.pay(ctx, d.exchange.OrderID) })
}

func (d *demo) refuse(ctx context.Context) error {
	if err := d.gateway.call(ctx, http.MethodPost, "behaviour", map[string]any{"behaviour": "refused", "times": 1}, nil); err != nil {
		return err
	}
	if _, err := d.submit(ctx); err != nil {
		return err
	}
	d.showCall("")
	return expect("the respcode", d.reply.RespCode, "94")
}

func (d *demo) back(ctx context.Context) error {
	if err := d.route(ctx, "old", "--why", "v2 refuses payments"); err != nil {
		return err
	}
	returned := time.Now()
	toV2, err := d.submitSome(ctx, 1)
	if err != nil {
		return err
	}
	d.show.row("back after", fmt.Sprintf("%d ms", time.Since(returned).Milliseconds()))
	return expect("new orders on v2", fmt.Sprint(toV2), "0")
}

func (d *demo) forward(ctx context.Context) error {
	if err := d.route(ctx, "v2", "--force", "--why", "v2 is well again"); err != nil {
		return err
	}
	return d.payOnV2(ctx)
}

func (d *demo) compareBooks(ctx context.Context) error {
	old, err := d.oldOrders(ctx)
	if err != nil {
		return err
	}
	s, err := d.gateway.state(ctx)
	if err != nil {
		return err
	}
	d.show.row("merchant", fmt.Sprintf("%d orders submitted, one of them refused", d.submitted))
	d.show.row("old gateway", fmt.Sprintf("%d orders", len(old)))
	d.show.row("v2 gateway", fmt.Sprintf("%d orders, %d paid once, one refused", len(s.Orders), s.tally().charged))
	d.show.row("notifications", fmt.Sprintf("%d for 3 paid orders", len(d.receiver.Notifications(""))))
	return expect("orders in both books", fmt.Sprint(len(old)+len(s.Orders)), fmt.Sprint(d.submitted))
}

// wrapped breaks long lines of a text between words. What goes on stands where the
// words of the line began.
func wrapped(text string, columns int) string {
	var b strings.Builder
	for line := range strings.Lines(strings.TrimRight(text, "\n")) {
		line = strings.TrimRight(line, "\n")
		hanging := strings.Repeat(" ", columnsOfText(beginnings.FindString(line)))
		for columnsOfText(line) > columns {
			cut := strings.LastIndex(line[:columns], " ")
			if cut <= len(hanging) {
				break // one long word
			}
			b.WriteString(line[:cut] + "\n")
			line = hanging + line[cut+1:]
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}

// beginnings are what stands before the words of a line.
var beginnings = regexp.MustCompile(`^(?:[A-Z]{4,} +|note {4}| {8}(?:→ )?)`)
