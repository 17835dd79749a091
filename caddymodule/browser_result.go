package caddymodule

import (
	"net/http"

	"github.com/paybridge/paybridge/caddymodule/internal/bridge"
	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	"github.com/paybridge/paybridge/caddymodule/internal/pages"
	"github.com/paybridge/paybridge/translate"
)

// resultStates says what payers are told of an order; all other states are open.
// That a refund failed is the merchant's business: the order is paid.
var resultStates = map[translate.State]pages.ResultState{
	translate.Paid:         pages.Paid,
	translate.RefundFailed: pages.Paid,
	translate.Refunding:    pages.Refunded,
	translate.Refunded:     pages.Refunded,
	translate.Failed:       pages.Failed,
	translate.Closed:       pages.Closed,
}

// resultOf says how an order stands and where its payer goes on.
func (v browserVisit) resultOf(o payerOrder) (state pages.ResultState, next string) {
	state, known := resultStates[o.State]
	if !known {
		state = pages.Open
	}
	return state, v.bridge.FrontReturn(o.merchant, o.Order)
}

// watched finds the order of a PayId and asks the gateway about it if it is time
// to.
func (v browserVisit) watched() (o payerOrder, refusal view, ok bool) {
	o, refusal, ok = v.order(bridge.Ticket{PayID: v.params["id"]})
	if ok {
		o.Order = v.bridge.Watch(v.ctx, v.settings, o.Order)
	}
	return o, refusal, ok
}

// serveResult serves the page that tells what became of an order. The gateway's
// own page leads back to it.
func serveResult(v browserVisit) view {
	o, refusal, ok := v.watched()
	if !ok {
		return refusal
	}
	state, next := v.resultOf(o)
	return show("result_"+string(state), pages.Result{
		Order: o.shown(), State: state, StatusURL: byPayID(inbound.StatusPath, o.FormAction), NextURL: next,
	})
}

// payerStatus is what our pages ask for while they wait.
type payerStatus struct {
	State pages.ResultState `json:"state"`
	Next  string            `json:"next"` // the merchant's page, "" when there is none
}

// serveStatus tells our pages how an order stands.
func serveStatus(v browserVisit) view {
	o, refusal, ok := v.watched()
	if !ok {
		return refusal
	}
	state, next := v.resultOf(o)
	return view{result: "status_" + string(state), status: http.StatusOK, json: payerStatus{State: state, Next: next}}
}
