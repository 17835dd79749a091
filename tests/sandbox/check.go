package sandbox

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/paybridge/paybridge/tests/sandbox/internal/strictjson"
)

// Response codes of v2 that the gateway answers (v2 in the field, plaintext).
const (
	codeSuccess    = "S0000000"
	codeUnknown    = "E0000000"
	codeIllegal    = "E0000003"
	codeFormat     = "E0000004"
	codeUndecipher = "E0000005"
	codeRefused    = "E1000001" // any other E-code is a refusal
	codeNoRecord   = "E8000001"
	codeRepeated   = "E8000003"
	codeSystem     = "E9999999"
)

// Violation is one deviation of a request from the specification.
type Violation struct {
	Time       time.Time `json:"time"`
	MerchantID string    `json:"merchantId"`
	TranCode   string    `json:"tranCode"`
	OrderID    string    `json:"orderId"`
	// Path is where it is, such as "body.totalAmt".
	Path string `json:"path"`
	// Problem is what is wrong there, with the value.
	Problem string `json:"problem"`
	// RespCode is the code it is answered with.
	RespCode string `json:"respCode"`
}

// String is the violation as one line for a test's failure message.
func (v Violation) String() string {
	return fmt.Sprintf("%s %s order %q: %s: %s", v.MerchantID, v.TranCode, v.OrderID, v.Path, v.Problem)
}

// request is an opened request: head and body by member name, and what is
// wrong with them.
type request struct {
	plaintext  []byte
	head, body map[string]string
	code       string
	orderID    string
	violations []Violation
}

func (r *request) violate(respCode, path, format string, args ...any) {
	r.violations = append(r.violations, Violation{
		Path: path, Problem: fmt.Sprintf(format, args...), RespCode: respCode,
	})
}

// readRequest reads a plaintext and checks it against the tables. What needs
// the gateway's memory or clock is checked by the caller.
func (g *Gateway) readRequest(plaintext []byte) *request {
	r := &request{plaintext: plaintext}
	top, err := strictjson.Members(plaintext)
	if err != nil {
		r.violate(codeFormat, "plaintext", "%v", err)
		return r
	}
	for _, name := range slices.Sorted(maps.Keys(top)) {
		if name != "head" && name != "body" {
			r.violate(codeIllegal, name, "not a member of a message")
		}
	}
	r.head = r.section("head", top["head"], headFields, false)
	r.code = r.head["tranCode"]
	i, known := g.interfaceOf(r.code)
	if !known {
		r.violate(codeIllegal, "head.tranCode", "no interface: %q", r.code)
		return r
	}
	r.body = r.section("body", top["body"], i.body, i.open)
	r.orderID = firstOf(r.body, i.order)
	if i.across != nil {
		if name, problem := i.across(r.body); problem != "" {
			r.violate(codeIllegal, "body."+name, "%s", problem)
		}
	}
	return r
}

// interfaceOf returns the interface under a tranCode.
func (g *Gateway) interfaceOf(code string) (iface, bool) {
	if g.config.CloseCode != NoClose && code == g.config.CloseCode {
		return closeInterface, true
	}
	i, ok := interfaces[code]
	return i, ok
}

// section reads head or body and checks each member of the table.
func (r *request) section(name string, text json.RawMessage, fields []field, open bool) map[string]string {
	values := make(map[string]string)
	members, err := strictjson.Members(text)
	if err != nil {
		r.violate(codeFormat, name, "%v", err)
		return values
	}
	for _, f := range fields {
		path := name + "." + f.name
		raw, present := members[f.name]
		delete(members, f.name)
		if !present {
			r.violate(codeIllegal, path, "missing: every member must be sent")
			continue
		}
		value, ok := strictjson.String(raw)
		if !ok {
			r.violate(codeFormat, path, "not a string: %s", raw)
			continue
		}
		values[f.name] = value
		r.value(path, f, value)
	}
	for _, rest := range slices.Sorted(maps.Keys(members)) {
		if !open {
			r.violate(codeIllegal, name+"."+rest, "not a member of the interface")
		}
		values[rest], _ = strictjson.String(members[rest])
	}
	return values
}

// value checks the text of one member.
func (r *request) value(path string, f field, value string) {
	switch {
	case value == "" && f.required:
		r.violate(codeIllegal, path, "empty")
	case value != "" && f.is != nil:
		if problem := f.is(value); problem != "" {
			r.violate(codeFormat, path, "%s: %q", problem, value)
		}
	}
}

// checkContext checks a request against its envelope, the clock and the flow
// numbers seen before.
func (g *Gateway) checkContext(r *request, e envelope, now time.Time) {
	if id := r.head["merchantId"]; id != e.merchantID {
		r.violate(codeIllegal, "head.merchantId", "%q, but the envelope says %q", id, e.merchantID)
	}
	flow := r.head["tranFlowid"]
	if !strings.HasPrefix(flow, e.merchantID) {
		r.violate(codeIllegal, "head.tranFlowid", "does not begin with the merchant's number: %q", flow)
	}
	again := g.postedAgain(r)
	if flow != "" && !g.flows.add(flow) && !again {
		r.violate(codeIllegal, "head.tranFlowid", "used before: %q", flow)
	}
	sent, err := time.ParseInLocation(wireLayout, r.head["tranTime"], beijing)
	if err == nil && sent.Sub(now).Abs() > g.config.Skew {
		r.violate(codeIllegal, "head.tranTime", "%s is more than %v away from now in Beijing, %s",
			r.head["tranTime"], g.config.Skew, now.In(beijing).Format(wireLayout))
	}
	for i := range r.violations {
		v := &r.violations[i]
		v.Time, v.MerchantID, v.TranCode, v.OrderID = now, e.merchantID, r.code, r.orderID
	}
}

// firstOf returns the first value that is not empty.
func firstOf(values map[string]string, names []string) string {
	for _, name := range names {
		if values[name] != "" {
			return values[name]
		}
	}
	return ""
}
