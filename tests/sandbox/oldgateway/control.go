package oldgateway

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"
)

// maxControl bounds the body of a control request in bytes.
const maxControl = 64 << 10

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
	mux := http.NewServeMux()
	for pattern, command := range map[string]func(*http.Request) (any, error){
		"GET state":      func(*http.Request) (any, error) { return g.State(), nil },
		"GET behaviours": func(*http.Request) (any, error) { return Behaviours(), nil },
		"POST behaviour": g.controlBehaviour,
		"POST honest":    func(*http.Request) (any, error) { g.Honest(); return nil, nil },
		"POST pay":       g.controlPay,
	} {
		method, name, _ := strings.Cut(pattern, " ")
		mux.HandleFunc(method+" "+ControlPrefix+name, func(w http.ResponseWriter, r *http.Request) {
			if !fromLoopback(r) {
				http.Error(w, "the control interface answers loopback callers only", http.StatusForbidden)
				return
			}
			value, err := command(r)
			writeJSON(w, value, err)
		})
	}
	return mux
}

// fromLoopback reports whether a caller is on this machine: there is no other
// protection.
func fromLoopback(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	ip := net.ParseIP(host)
	return err == nil && ip != nil && ip.IsLoopback()
}

func writeJSON(w http.ResponseWriter, value any, err error) {
	w.Header().Set("Content-Type", "application/json")
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		value = map[string]string{"error": err.Error()}
	}
	json.NewEncoder(w).Encode(value) // a client that has gone away is no one to tell
}

// readControl reads the JSON body of a control request. Unknown members are
// errors, so that a slip in a test script is not taken for a default.
func readControl(r *http.Request, value any) error {
	dec := json.NewDecoder(http.MaxBytesReader(nil, r.Body, maxControl))
	dec.DisallowUnknownFields()
	if err := dec.Decode(value); err != nil {
		return fmt.Errorf("reading control request: %w", err)
	}
	return nil
}

func (g *Gateway) controlBehaviour(r *http.Request) (any, error) {
	var body struct {
		Rule
		Delay string `json:"delay"` // in place of the rule's nanoseconds
	}
	if err := readControl(r, &body); err != nil {
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
	if err := readControl(r, &body); err != nil {
		return nil, err
	}
	return nil, g.Pay(body.MerID, body.OrderID)
}
