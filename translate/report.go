package translate

import (
	"fmt"
	"time"

	v2 "github.com/paybridge/paybridge/translate/v2"
)

// Report is what the gateway says of an order or of its refund, in an answer or in
// a notice, as far as it can be believed; and that it was silent, or was not called.
// Members that are zero were not told.
type Report struct {
	// State is that of the order or of its refund. It is InDoubt when nothing certain
	// is said, and Begun when surely nothing left the bridge.
	State  State
	Reason string // why nothing is certain or nothing left, for the operator's log

	GatewayNo      string    // the gateway's own order number
	FormAction     string    // what the payer is shown or sent to
	PayData        string    // wc_pay_data, JSON text for the WeChat bridge
	PaidAt         time.Time // when it was paid, by the gateway's word
	GatewayMessage string    // the gateway's message when payment or refund failed; "" means the code's text

	NotFound bool // the gateway has no such record; believed only after a while
	// Ask says that a notice proves nothing and the gateway should be asked: its
	// respCode takes back what its body says, or it leaves out of what it tells.
	Ask bool
	// MayPass says that a refund was refused for a reason that can pass, such as a
	// balance that is too low: it may be tried again under its number.
	MayPass bool
	// Refused says that the gateway could read that it should close an order, and has
	// not done so.
	Refused bool
	// OurFault says that the gateway could not read our request: that is for a
	// person to mend and says nothing about money.
	OurFault bool
}

// NothingCertain is the report of a call without an answer that can be trusted
// (silence, a reset, HTML, a bad signature, E0000000) and of a message that proves
// nothing. Only a query or a notice settles such an order.
func NothingCertain(reason string) Report { return Report{State: InDoubt, Reason: reason} }

// NotSent is the report of a pay call that surely did not leave the bridge: the
// order stays as it was recorded and may be tried again.
func NotSent(reason string) Report { return Report{State: Begun, Reason: reason} }

// Certain reports whether something certain is said. That there is no such record
// is not certain yet.
func (r Report) Certain() bool { return r.State != InDoubt }

// Unpaid reports whether the gateway knows the order and says that nobody has paid.
func (r Report) Unpaid() bool { return r.State == Pending }

// WhilePayable is what a report means for an order whose payer can still pay: when a
// payment failed, that an attempt did, so that nobody has paid yet.
func (r Report) WhilePayable() Report {
	if r.State == Failed {
		return Report{State: Pending}
	}
	return r
}

// OverDoubt is what the report of a second pay or refund call means when the first may
// have arrived: that this one was refused or did not leave says nothing of the other.
func (r Report) OverDoubt() Report {
	switch r.State {
	case Begun:
		return NothingCertain(r.Reason)
	case Failed, RefundFailed:
		return NothingCertain("gateway refused the repeated call")
	}
	return r
}

// unreadRequest is the report of an answer that says that the gateway could not read our
// request: why, with the answer's code.
func unreadRequest(why string, said v2.Statement) Report {
	report := NothingCertain(why + shortCode(said.Head.RespCode))
	report.OurFault = true
	return report
}

// shortCode quotes a code of the gateway for a log line.
func shortCode(code string) string {
	const longest = 16
	if len(code) > longest {
		code = code[:longest] + "…"
	}
	return fmt.Sprintf("%q", code)
}
