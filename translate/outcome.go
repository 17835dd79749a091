package translate

import (
	"cmp"
	"fmt"

	v2 "github.com/paybridge/paybridge/translate/v2"
)

// Outcome is what a pay call came to. What the merchant hears follows from the
// order's state alone (PayReply), so that every repeat hears the same.
type Outcome struct {
	State      State
	Words      string // the gateway's own words on a refusal; "" means the code's text
	FormAction string // what the payer is shown or sent to
	PayData    string // wc_pay_data, JSON text for the WeChat bridge
	GatewayNo  string // the gateway's own order number
	Reason     string // why an order is in doubt or was not sent, for the operator's log; else ""
}

// Unknown is the outcome of a pay call without a trustworthy answer: silence,
// a reset, HTML, a bad signature, E0000000. Only a query or a notice settles
// such an order.
func Unknown(reason string) Outcome { return Outcome{State: InDoubt, Reason: reason} }

// NotSent is the outcome of a pay call of which surely nothing left the
// bridge: the order stays as it was recorded and may be tried again.
func NotSent(reason string) Outcome { return Outcome{State: Begun, Reason: reason} }

// JudgePay says what a signed answer to a pay call means (design: the table of
// money rules). The error wraps ErrMismatch when the answer tells of something
// else; the outcome is then Unknown.
func (r Rule) JudgePay(m v2.Message, want Expected) (Outcome, error) {
	if err := answers(m, want.FlowNo); err != nil {
		return Unknown(err.Error()), err
	}
	reply, err := m.PayReply()
	if err != nil {
		return Unknown("answer cannot be read"), nil
	}
	class := v2.Classify(m.Head.RespCode)
	// Answers seen so far name no amount: it is that of the call.
	yuan := cmp.Or(reply.TotalAmt, Yuan(want.Amount))
	if err := want.check(m.Head, reply.OrderNo, yuan, class == v2.Processed && reply.TranState.Paid()); err != nil {
		return Unknown(err.Error()), err
	}
	if !names(m.Head, reply.OrderNo) {
		return Unknown(unnamed), nil
	}
	switch class {
	case v2.Processed:
		return r.judgeProcessed(reply), nil
	case v2.Unknown, v2.Repeated:
		// Repeated: the gateway knows our number, which we never use twice,
		// so an earlier copy of this very call arrived.
		return Unknown("gateway answered " + shortCode(m.Head.RespCode)), nil
	default:
		return judgeRefused(m.Head, reply), nil
	}
}

// judgeRefused believes a refusal unless the same answer also tells of a payment
// that goes on.
func judgeRefused(head v2.Head, reply v2.PayReply) Outcome {
	if reply.TranState != "" && reply.TranState != v2.TranFailed {
		return Unknown("gateway answered " + shortCode(head.RespCode) + " with tranState " + shortCode(string(reply.TranState)))
	}
	return Outcome{State: Failed, Words: head.Refusal()}
}

func (r Rule) judgeProcessed(reply v2.PayReply) Outcome {
	state, known := reported[reply.TranState]
	switch {
	case !known:
		return Unknown("tranState " + shortCode(string(reply.TranState)) + " is not known")
	case state == Failed:
		return Outcome{State: Failed} // respDesc speaks of the message
	}
	o := Outcome{State: state, GatewayNo: reply.JytOrderID}
	if !r.shown(reply, &o) && state == Pending {
		return Unknown("answer shows no code or link")
	}
	return o
}

// shown fills in what the payer is shown and reports whether there is
// something, or nothing is needed.
func (r Rule) shown(reply v2.PayReply, o *Outcome) bool {
	switch r.Mode {
	case MerchantScans:
		return true
	case InWeChat:
		o.PayData = reply.WcPayData
		return o.PayData != ""
	case PhoneBrowser:
		o.FormAction = Link(reply.URLScheme)
		if o.FormAction == "" {
			o.FormAction = Link(reply.CodeURL)
		}
	default:
		o.FormAction = Link(reply.CodeURL)
	}
	return o.FormAction != ""
}

// shortCode quotes a code of the gateway for a log line.
func shortCode(code string) string {
	const longest = 16
	if len(code) > longest {
		code = code[:longest] + "…"
	}
	return fmt.Sprintf("%q", code)
}
