package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/paybridge/paybridge/tests/sandbox/merchant"
)

// act is one numbered step of the demo.
type act struct {
	title string
	play  func(*demo, context.Context) error
}

// story is a demo from the beginning to the end.
type story struct {
	scene
	title string
	acts  []act
}

// order is one of the demo's orders.
type order struct {
	action string
	// orderID is the merchant's number, gatewayID the bridge's for it at the
	// gateway.
	orderID, gatewayID string
	amount             int64 // in fen
	code               string
}

// demo is a demo under way.
type demo struct {
	*world
	show    *printer
	tap     *tap
	client  *merchant.Client
	gateway control // of the v2 gateway
	old     control // of the old one, where a merchant moves
	// shown is paid after its code was shown, scanned is paid at once and then
	// refunded, unpaid is never paid, unheard is paid while the merchant does not
	// listen.
	shown, scanned, unpaid, unheard order
	// reply is the last that the merchant got, exchange the gateway's last with
	// the bridge that is of interest.
	reply *merchant.Reply
	// submitted counts the orders of a merchant that moves.
	submitted int
	exchange  exchange
}

// clientPatience is what the least patient merchants wait (v1 in the field,
// replies).
const clientPatience = 16 * time.Second

// play makes a world, plays the acts in it and removes it again, whatever
// happens.
func play(ctx context.Context, caddy, parent string, s story, show *printer) (err error) {
	w, err := newWorld(caddy, parent, s.scene)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = w.withLogs(err)
		}
		err = errors.Join(err, w.close())
	}()
	d := newDemo(w, show)
	show.title(s.title)
	for _, a := range s.acts {
		show.step(a.title)
		if err := a.play(d, ctx); err != nil {
			return fmt.Errorf("step %d: %w", show.steps, err)
		}
	}
	return nil
}

func newDemo(w *world, show *printer) *demo {
	tap := new(tap)
	return &demo{
		world:   w,
		show:    show,
		tap:     tap,
		gateway: control{w.GatewayURL + "/_sandbox/"},
		old:     control{w.OldURL + "/_old/"},
		client: &merchant.Client{
			BaseURL: w.BridgeURL, MerchantID: merchantID, Key: w.signKey,
			HTTP: &http.Client{Transport: tap, Timeout: clientPatience},
		},
		shown:   order{action: "WxSao", orderID: "20270101000001", amount: 1999},
		scanned: order{action: "AliCode", orderID: "20270101000002", amount: 1200, code: "28763443825664394"},
		unpaid:  order{action: "WxSao", orderID: "20270101000003", amount: 500},
		unheard: order{action: "WxSao", orderID: "20270101000004", amount: 880},
	}
}
