package payer

import (
	"context"
	"net/http"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/bridge"
	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/pages"
	"github.com/paybridge/paybridge/translate"
)

// resultOf says what the payer is told of an order and where the browser goes on. What was
// paid too late goes back, also when the first try to has failed: its merchant knows of no
// payment.
func (v visit) resultOf(o order) (state translate.PayerView, next string) {
	state = o.State.Row().Payer
	if o.Late && state == translate.PayerPaid {
		state = translate.PayerRefunded
	}
	return state, v.Bridge.FrontReturn(o.merchant, o.Order)
}

// watched finds the order of a PayId and asks the gateway about it if it is time
// to.
func (v visit) watched() (o order, refusal view, ok bool) {
	o, refusal, ok = v.order(bridge.Ticket{PayID: v.params["id"]})
	if ok {
		o.Order = v.watch(o.Order)
	}
	return o, refusal, ok
}

// patience is how long a payer waits for what the gateway says of an order. After it, what
// is on record has to do. The query goes on, so that the next request finds its answer on
// record. Our pages drop answers that take longer than ANSWER in status.js, and an order
// that is closed on record would look to them as if it could still be paid.
const patience = 3 * time.Second

// watch asks the gateway about an order if it is time to, and returns how the order stands.
func (v visit) watch(o ledger.Order) ledger.Order {
	ctx, cancel := context.WithTimeout(v.ctx, patience)
	defer cancel()
	return v.Bridge.Watch(ctx, v.Settings, o)
}

// serveResult serves the page that tells what became of an order. The gateway's
// own page leads back to it.
func serveResult(v visit) view {
	o, refusal, ok := v.watched()
	if !ok {
		return refusal
	}
	state, next := v.resultOf(o)
	return show("result_"+string(state), pages.Result{
		Order: o.shown(), State: state, StatusURL: byPayID(inbound.StatusPath, o.PayID), NextURL: next,
	})
}

// status is what our pages ask for while they wait.
type status struct {
	State translate.PayerView `json:"state"`
	Next  string              `json:"next"` // the merchant's page, "" when there is none
}

// serveStatus tells our pages how an order stands.
func serveStatus(v visit) view {
	o, refusal, ok := v.watched()
	if !ok {
		return refusal
	}
	state, next := v.resultOf(o)
	return view{result: "status_" + string(state), status: http.StatusOK, json: status{State: state, Next: next}}
}
