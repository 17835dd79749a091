package payer

import (
	"errors"
	"fmt"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/bridge"
	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	"github.com/paybridge/paybridge/caddymodule/internal/pages"
	"github.com/paybridge/paybridge/caddymodule/internal/route"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// order is the order that a payer's browser has come for.
type order struct {
	ledger.Order
	merchant *merchants.Merchant
}

// errTakenOut is that an order is on record whose merchant is not configured any more.
var errTakenOut = errors.New("merchant: was taken out of the configuration")

// link is where the order is paid. It may be opened as often as one likes.
func (o order) link() string { return goPayLink(o.Key, o.PayID) }

// shown is what pages tell of the order.
func (o order) shown() pages.Order {
	return pages.Order{OrderID: o.OrderID, Amount: o.Amount, MerID: o.MerID}
}

// serveGoPay serves gopay.html, where an order that was submitted is paid
// (v1 §3.3). Real merchants sign what they put into the link.
func serveGoPay(v visit) view {
	ticket, refusal, ok := v.ticket()
	if !ok {
		return refusal
	}
	o, refusal, ok := v.order(ticket)
	if !ok {
		return refusal
	}
	return v.pay(o)
}

// ticket reads which order the browser has come for: the signed message where the link
// has one, else the plain parameters, beside which links may carry a stray sign.
func (v visit) ticket() (t bridge.Ticket, refusal view, ok bool) {
	var (
		asked v1.GoPay
		err   error
	)
	if v.params.Form().Req != "" {
		opened, _, refusal, ok := v.opened()
		if !ok {
			return t, refusal, false
		}
		asked, err = v1.ParseGoPay(opened.JSON)
	} else {
		asked, err = v.params.GoPay()
	}
	if err != nil {
		return t, refuse(pages.BadRequest, err), false
	}
	if _, known := v.found(asked.MerID); !known {
		return t, refuse(pages.UnknownMerchant, nil), false
	}
	return bridge.Ticket{PayID: asked.Code, MerID: asked.MerID, OrderID: asked.OrderID}, view{}, true
}

// order finds the order of a ticket.
func (v visit) order(t bridge.Ticket) (o order, refusal view, ok bool) {
	if t.PayID == "" {
		return o, refuse(pages.BadRequest, errors.New("id: missing")), false
	}
	found, err := v.Bridge.PayerOrder(v.ctx, t)
	switch {
	case errors.Is(err, ledger.ErrNotFound):
		return o, v.unknownOrder(t), false
	case err != nil:
		return o, refuse(pages.Busy, fmt.Errorf("looking an order up: %w", err)), false
	}
	v.line.merID, v.line.orderID = found.MerID, found.OrderID
	m, known := v.found(found.MerID)
	if !known { // the order is real, and may be paid
		return o, refuse(pages.Busy, errTakenOut), false
	}
	return order{Order: found, merchant: m}, view{}, true
}

// unknownOrder refuses an order that v2 does not have. One that is named may be on record
// as the old gateway's, which may not be configured any more.
func (v visit) unknownOrder(t bridge.Ticket) view {
	if t.OrderID == "" {
		return refuse(pages.UnknownOrder, nil)
	}
	switch side, err := v.Ledger.Side(v.ctx, ledger.Key{MerID: t.MerID, OrderID: t.OrderID}); {
	case err != nil:
		return refuse(pages.Busy, fmt.Errorf("looking for the side of an order: %w", err))
	case side == route.Old:
		return oldOrder(nil)
	}
	return refuse(pages.UnknownOrder, nil)
}

// pay takes the browser a step towards the payment. What it shows follows from
// what is on record, so that reloading and second tabs are harmless.
func (v visit) pay(o order) view {
	o.Order = v.revisited(o.Order)
	step := v.Bridge.NextStep(o.merchant, o.Order)
	serve, unpaid := steps[step]
	switch {
	case !unpaid:
		return v.over(o, step)
	case !v.inWeChat():
		return v.outside(o.link())
	}
	return serve(v, o)
}

// freshFor is how long an order's payer surely comes for the first time.
const freshFor = 30 * time.Second

// revisited looks whether an order was paid meanwhile, when its payer may be
// coming back: nobody who has paid must be shown the payment again, or that the
// time to pay is over.
func (v visit) revisited(o ledger.Order) ledger.Order {
	if v.Bridge.Now().Sub(o.CreatedAt) < freshFor {
		return o
	}
	return v.watch(o)
}

// steps are the steps of an order that can still be paid.
var steps = map[bridge.PayerStep]func(visit, order) view{
	bridge.StepOpenID:  visit.findPayer,
	bridge.StepRaw:     visit.callGateway,
	bridge.StepWait:    visit.callGateway, // joins the call that is under way
	bridge.StepShowRaw: visit.showRaw,
	bridge.StepHosted:  visit.showHosted,
}

// callGateway makes the pay call of an order whose payer is known, or waits for
// it.
func (v visit) callGateway(o order) view {
	order, ok := v.Bridge.PayRaw(v.ctx, v.Settings, o.merchant, o.Order, bridge.Payer{IP: v.client})
	if !ok {
		return refuseTo(pages.Busy, o.link(), nil)
	}
	o.Order = order
	switch step := v.Bridge.NextStep(o.merchant, order); step {
	case bridge.StepShowRaw:
		return v.showRaw(o)
	case bridge.StepResult, bridge.StepExpired:
		return v.over(o, step)
	}
	return refuseTo(pages.Busy, o.link(), nil)
}

// showRaw has WeChat open its payment, from the address that is registered for it.
func (v visit) showRaw(o order) view {
	if answer, ok := v.toRegistered(o); ok {
		return answer
	}
	data, err := pages.ParsePayData(o.PayData)
	if err != nil {
		return refuse(pages.GatewayRefused, err)
	}
	return show("raw", pages.WeChatPay{
		Order: o.shown(), PayData: data,
		StatusURL: byPayID(inbound.StatusPath, o.PayID), ResultURL: byPayID(inbound.ResultPath, o.PayID),
	})
}

// showHosted has the browser post the order to the gateway.
func (v visit) showHosted(o order) view {
	form, order, err := v.Bridge.Hosted(v.ctx, v.Settings, o.merchant, o.Order, bridge.Payer{IP: v.client})
	if errors.Is(err, bridge.ErrNotHosted) {
		return v.over(o, v.Bridge.NextStep(o.merchant, order)) // it has moved meanwhile
	}
	if err != nil {
		return refuseTo(pages.Busy, o.link(), err)
	}
	fields := make([]pages.Field, len(form.Fields))
	for i, f := range form.Fields {
		fields[i] = pages.Field(f)
	}
	return show("hosted", pages.Hosted{Order: o.shown(), Action: form.Action, Fields: fields})
}

// over tells that nothing can be paid here, or not now. A payer whose order is
// paid goes on to the merchant.
func (v visit) over(o order, step bridge.PayerStep) view {
	switch {
	case step == bridge.StepExpired:
		return refuse(pages.Expired, nil)
	case step != bridge.StepResult:
		return refuseTo(pages.Busy, o.link(), nil)
	case o.State == translate.Closed:
		return refuse(pages.OrderClosed, nil)
	}
	state, next := v.resultOf(o)
	if state == translate.PayerPaid && next == "" {
		return refuseTo(pages.AlreadyPaid, byPayID(inbound.ResultPath, o.PayID), nil)
	}
	return show("result_"+string(state), pages.Result{Order: o.shown(), State: state, NextURL: next})
}
