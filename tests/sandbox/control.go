package sandbox

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/paybridge/paybridge/tests/sandbox/internal/controlapi"
)

// controlMux is the control interface:
//
//	GET  /_sandbox/state       a State
//	GET  /_sandbox/exchanges   a list of Exchange
//	GET  /_sandbox/behaviours  a list of behaviours and their amounts in fen
//	POST /_sandbox/behaviour   a Rule; its delay may be text such as "1.5s"
//	POST /_sandbox/pay         a Payment
//	POST /_sandbox/fail        {merchantId, orderId}
//	POST /_sandbox/refund      {merchantId, orderId, merRefundFlowId, done}
//	POST /_sandbox/notice      a Notice; answers the list of NoticeResult
//	POST /_sandbox/release     sends held notices; answers their results
//	POST /_sandbox/reset
//
// A request that cannot be done is answered with 400 and {"error": "…"}.
func (g *Gateway) controlMux() http.Handler {
	return controlapi.Handler(ControlPrefix, map[string]func(*http.Request) (any, error){
		"GET state":      func(*http.Request) (any, error) { return g.State(), nil },
		"GET exchanges":  func(*http.Request) (any, error) { return g.Exchanges(), nil },
		"GET behaviours": func(*http.Request) (any, error) { return behaviourList(), nil },
		"POST behaviour": g.controlBehaviour,
		"POST pay":       g.controlPay,
		"POST fail":      g.controlFail,
		"POST refund":    g.controlRefund,
		"POST notice":    g.controlNotice,
		"POST release":   func(r *http.Request) (any, error) { return g.ReleaseNotices(r.Context()), nil },
		"POST reset":     func(*http.Request) (any, error) { g.Reset(); return nil, nil },
	})
}

// behaviourList is the table of behaviours for readers.
func behaviourList() any {
	type entry struct {
		Behaviour Behaviour `json:"behaviour"`
		// Amount and AmountUnprocessed choose the behaviour, in fen.
		Amount            int64 `json:"amount,omitempty"`
		AmountUnprocessed int64 `json:"amountUnprocessed,omitempty"`
	}
	var list []entry
	for _, b := range Behaviours() {
		e := entry{Behaviour: b}
		e.Amount, _ = AmountFor(b, false)
		if b.IsFailure() {
			e.AmountUnprocessed, _ = AmountFor(b, true)
		}
		list = append(list, e)
	}
	return list
}

func (g *Gateway) controlBehaviour(r *http.Request) (any, error) {
	var body struct {
		Rule
		Delay string `json:"delay"` // in place of the rule's nanoseconds
	}
	if err := controlapi.Read(r, &body); err != nil {
		return nil, err
	}
	if body.Delay != "" {
		delay, err := time.ParseDuration(body.Delay)
		if err != nil {
			return nil, fmt.Errorf("delay: %w", err)
		}
		body.Rule.Delay = delay
	}
	return nil, g.Script(body.Rule)
}

func (g *Gateway) controlPay(r *http.Request) (any, error) {
	var p Payment
	if err := controlapi.Read(r, &p); err != nil {
		return nil, err
	}
	return nil, g.Pay(p)
}

func (g *Gateway) controlFail(r *http.Request) (any, error) {
	var body struct{ MerchantID, OrderID string }
	if err := controlapi.Read(r, &body); err != nil {
		return nil, err
	}
	return nil, g.Fail(body.MerchantID, body.OrderID)
}

func (g *Gateway) controlRefund(r *http.Request) (any, error) {
	var body struct {
		MerchantID, OrderID, MerRefundFlowID string
		Done                                 *bool
	}
	if err := controlapi.Read(r, &body); err != nil {
		return nil, err
	}
	if body.Done == nil {
		return nil, errors.New(`done: say true or false`)
	}
	return nil, g.SettleRefund(body.MerchantID, body.OrderID, body.MerRefundFlowID, *body.Done)
}

func (g *Gateway) controlNotice(r *http.Request) (any, error) {
	var n Notice
	if err := controlapi.Read(r, &n); err != nil {
		return nil, err
	}
	return g.SendNotice(r.Context(), n)
}
