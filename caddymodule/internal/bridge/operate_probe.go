package bridge

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/crash"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	"github.com/paybridge/paybridge/translate"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// Probe is what a question to the gateway for the sake of the question came to.
type Probe struct {
	Class v2.Class      // of the answer
	Took  time.Duration // of the whole call
	// Skew is by how much the gateway's clock is ahead of ours, in whole seconds;
	// Timed is false when the answer told no time.
	Skew  time.Duration
	Timed bool
	// Repeats says that the answer names the flow number of the question. Foreign
	// says that it names another: no such answer to a payment would be believed.
	Repeats, Foreign bool
}

// Probe asks the gateway, in a merchant's name, about an order that does not
// exist. It moves no money and touches no order. An answer that could be opened
// shows that the gateway is there and that the keys match both ways: ours opens
// what it sealed to us, and its signature fits the key we have of it.
func (b *Bridge) Probe(ctx context.Context, s *Settings, m *merchants.Merchant) (p Probe, err error) {
	defer func() {
		if bug := recover(); bug != nil {
			err = crash.Log(b.log, "asking the gateway", bug)
		}
	}()
	start := b.now()
	nobodys := ledger.Order{GatewayMerchant: m.GatewayMerchant, OrderNo: probeNumber()}
	a, failed := b.exchange(ctx, s, nobodys, QueryCall, v2.QueryRequest{OrderID: nobodys.OrderNo})
	if failed != nil {
		return Probe{}, errors.New(failed.reason)
	}
	now := b.now()
	p = Probe{Class: v2.Classify(a.said.Head.RespCode), Took: now.Sub(start), Repeats: a.said.Head.TranFlowID == a.flowNo}
	if p.Foreign = !p.Repeats && a.said.Head.TranFlowID != ""; p.Foreign {
		a.trip.discard()
	}
	if at, err := translate.ParseTime(a.said.Head.TranTime); err == nil {
		p.Skew, p.Timed = at.Sub(b.wall(start.Add(p.Took/2))).Round(time.Second), true
	}
	return p, nil
}

// probeNumber draws an order number that no order has: ours are digits, after a
// prefix of at most six characters.
func probeNumber() string {
	const length = 24
	return "SELFCHECK" + rand.Text()[:length-len("SELFCHECK")]
}
