package oldgateway

import (
	"fmt"
	"net/http"
	"time"

	"github.com/paybridge/paybridge/tests/sandbox/internal/controlapi"
)

// controlMux is the control interface, in JSON and for loopback callers only:
//
//	GET  /_old/state       a State
//	GET  /_old/behaviours  the list of behaviours
//	POST /_old/behaviour   a Rule; its delay is text such as "1.5s"
//	POST /_old/honest      forgets all rules
//	POST /_old/pay         {merid, orderid}: the payer pays
//
// A request that cannot be done is answered with 400 and {"error": "…"}.
func (g *Gateway) controlMux() http.Handler {
	return controlapi.Handler(ControlPrefix, map[string]func(*http.Request) (any, error){
		"GET state":      func(*http.Request) (any, error) { return g.State(), nil },
		"GET behaviours": func(*http.Request) (any, error) { return Behaviours(), nil },
		"POST behaviour": g.controlBehaviour,
		"POST honest":    func(*http.Request) (any, error) { g.Honest(); return nil, nil },
		"POST pay":       g.controlPay,
	})
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
	var body struct {
		MerID   string `json:"merid"`
		OrderID string `json:"orderid"`
	}
	if err := controlapi.Read(r, &body); err != nil {
		return nil, err
	}
	return nil, g.Pay(body.MerID, body.OrderID)
}
