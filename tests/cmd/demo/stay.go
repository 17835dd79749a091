package main

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/paybridge/paybridge/tests/sandbox/merchant"
)

// stayActs follow the demo where it stays: something goes wrong, and the person
// who watches becomes the operator.
var stayActs = []act{
	{"A fourth order, 8.80 yuan, is paid, but the merchant's program is broken:", (*demo).payUnheard},
	{"The merchant has mended its program. You are the operator; in another terminal:", (*demo).handOver},
	{"What the merchant hears (Ctrl-C ends the demo):", (*demo).listen},
}

// operatorCommands is the first round of an operator, as the README has it.
var operatorCommands = []string{
	`./caddy paybridge orders`,
	`./caddy paybridge order 89900001 20270101000004`,
	`./caddy paybridge notifications --exhausted`,
	`./caddy paybridge notifications resend 89900001 20270101000004 --dry-run`,
	`./caddy paybridge notifications resend 89900001 20270101000004 --why "their program works again"`,
	`./caddy paybridge order 89900001 20270101000004`,
}

// adminIsFree refuses to stay beside a Caddy at the same admin endpoint: both would
// listen there, and either would answer some of the operator's commands.
func (w *world) adminIsFree() error {
	address := cmp.Or(os.Getenv("CADDY_ADMIN"), "localhost:2019")
	if !w.Stay || !taken(address) {
		return nil
	}
	return advised{
		fmt.Errorf("another Caddy has the admin endpoint %s already", address),
		"End it, or choose another address, here and for the commands: export CADDY_ADMIN=localhost:2020",
	}
}

// taken reports whether somebody listens at an address.
func taken(address string) bool {
	conn, err := net.DialTimeout("tcp", address, time.Second)
	if err != nil {
		return false
	}
	return conn.Close() == nil
}

// payUnheard pays an order whose notifications the merchant does not
// acknowledge, until the bridge gives up.
func (d *demo) payUnheard(ctx context.Context) error {
	d.receiver.Script(d.unheard.orderID, merchant.AnswerFail, merchant.AnswerFail)
	if err := d.pay(ctx, &d.unheard); err != nil {
		return err
	}
	d.showCall(tranPay)
	ctx, cancel := context.WithTimeout(ctx, noticePatience)
	defer cancel()
	if err := d.gateway.pay(ctx, d.unheard.gatewayID); err != nil {
		return err
	}
	heard, err := d.receiver.Wait(ctx, d.unheard.orderID, 2)
	if err != nil {
		return err
	}
	for _, n := range heard {
		d.show.row("merchant answers", string(n.Answer))
	}
	return nil
}

func (d *demo) handOver(context.Context) error {
	for _, command := range operatorCommands {
		d.show.line(indent + command)
	}
	return nil
}

// listen shows every further notification until the demo is interrupted, which
// is its good end.
func (d *demo) listen(ctx context.Context) error {
	for heard := 2; ; heard++ {
		all, err := d.receiver.Wait(ctx, d.unheard.orderID, heard+1)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		n := all[heard]
		d.show.row("notification", members(n.Inner, "orderid", "resultcode", "txnamt"))
		d.show.row("merchant answers", string(n.Answer))
	}
}
