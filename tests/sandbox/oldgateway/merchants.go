package oldgateway

import "errors"

// call is a verified request of a merchant's program.
type call struct {
	merchant Merchant
	members
}

// programs are the interfaces for merchants' programs. The reply is sealed with
// the merchant's key.
var programs = map[string]func(*Gateway, call) any{
	"/api/mpgateway": (*Gateway).submit,
	"/api/query":     (*Gateway).query,
	"/api/cancel":    (*Gateway).cancel,
	"/api/payout":    (*Gateway).payout,
}

// submit is v1 §3.1.
func (g *Gateway) submit(c call) any {
	o, refused := g.enter(c)
	if refused != nil {
		return *refused
	}
	return payReplyOf(&o)
}

// enter enters an order in the book. Where the merchant has scanned the payer's
// code it is charged at once.
func (g *Gateway) enter(c call) (Order, *refusal) {
	order, refused := orderOf(c)
	if refused != nil {
		return Order{}, refused
	}
	entered, fresh, err := g.ledger.submit(order)
	if err != nil {
		return Order{}, &refusedTaken
	}
	if fresh && actions[entered.Action].code {
		if err := g.Pay(entered.MerID, entered.OrderID); err != nil {
			return Order{}, &refusedByRule // it was paid or closed in this very moment
		}
	}
	return entered, nil
}

// orderOf reads the members of a submission.
func orderOf(c call) (Order, *refusal) {
	way, known := actions[c.members["action"]]
	fen, whole := c.amount()
	switch {
	case !known:
		return Order{}, &refusedAction
	case !whole:
		return Order{}, &refusedAmount
	case c.members["orderid"] == "" || way.code && c.members["code"] == "":
		return Order{}, &refusedMember
	}
	return Order{
		MerID: c.merchant.ID, OrderID: c.members["orderid"], Action: c.members["action"], Fen: fen,
		BackURL: c.members["backurl"], FrontURL: c.members["fronturl"], OpenID: c.members["openid"],
	}, nil
}

// query is v1 §3.5.
func (g *Gateway) query(c call) any {
	o, err := g.ledger.find(c.merchant.ID, c.members["queryid"], c.members["orderid"])
	if errors.Is(err, errNoOrder) {
		return refusedNoOrder
	}
	return queryReply{"00", "成功", resultOf(&o)}
}

// cancel is v1 §3.6.
func (g *Gateway) cancel(c call) any {
	o, err := g.ledger.cancel(c.merchant.ID, c.members["queryid"], c.members["orderid"])
	if errors.Is(err, errNoOrder) {
		return refusedNoOrder
	}
	return cancelReply{"00", "成功", o.QueryID, o.Fen, o.MerID, o.OrderID}
}

// payout pays out; the specification has no such interface.
func (g *Gateway) payout(c call) any {
	fen, whole := c.amount()
	switch {
	case !whole:
		return refusedAmount
	case c.members["orderid"] == "":
		return refusedMember
	}
	g.ledger.payout(c.merchant.ID, c.members["orderid"], fen)
	return refusal{"00", "代付已受理"}
}
