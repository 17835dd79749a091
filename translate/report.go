package translate

import (
	"time"

	v1 "github.com/paybridge/paybridge/translate/v1"
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
	// OurFault says that the gateway could not read our request: that is for a
	// person to mend and says nothing about money.
	OurFault bool
}

// NothingCertain is the report of a call without an answer that can be trusted
// (silence, a reset, HTML, a bad signature, E0000000) and of a message that proves
// nothing. Only a query or a notice settles such an order.
func NothingCertain(reason string) Report { return Report{State: InDoubt, Reason: reason} }

// NotSent is the report of a pay call of which surely nothing left the bridge: the
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

// OverDoubt is what the report of a second pay call means for an order whose first
// call may have arrived: that this one was refused or did not leave says nothing of
// the other.
func (r Report) OverDoubt() Report {
	switch r.State {
	case Begun:
		return NothingCertain(r.Reason)
	case Failed:
		return NothingCertain("gateway refused the repeated call")
	}
	return r
}

// reported says what a v2 state means for an order.
var reported = func() map[v2.TranState]State {
	states := make(map[v2.TranState]State)
	for _, row := range rowOf {
		for _, called := range row.Tran {
			states[called] = row.State
		}
	}
	return states
}()

// JudgeQuery says what a signed answer to an order query means. A query that
// fails says nothing: it never makes an order fail. The error wraps ErrMismatch
// when the answer tells of something else than was asked.
func JudgeQuery(m v2.Message, want Expected) (Report, error) {
	if err := answers(m, want.FlowNo); err != nil {
		return NothingCertain(err.Error()), err
	}
	said, report, err := judgeState(m, want)
	if err != nil {
		return report, err
	}
	if !names(m.Head, said.OrderNo) {
		return NothingCertain(unnamed), nil
	}
	return answered(m, report), nil
}

// JudgeClose says why a signed answer to a close does not mean that the order is
// closed, "" when it does. What it tells of the order's state is judged as in the
// answer to a query; it need not tell any. The error wraps ErrMismatch when the
// answer tells of something else than was asked.
func JudgeClose(m v2.Message, want Expected) (reason string, err error) {
	report, err := JudgeQuery(m, want)
	class := v2.Classify(m.Head.RespCode)
	switch {
	case err != nil:
		return err.Error(), err
	case class != v2.Processed:
		return "gateway answered " + class.String(), nil
	case report.State == Paid:
		return "gateway says that the order is paid", nil
	case report.Reason == unnamed:
		return unnamed, nil
	}
	return "", nil
}

// answered is what a report in the answer to a query is worth by the answer's
// respCode: it counts only when the gateway has done what was asked.
func answered(m v2.Message, report Report) Report {
	switch v2.Classify(m.Head.RespCode) {
	case v2.Processed:
		return report
	case v2.NotFound:
		if report.State == InDoubt { // it tells no state of the record that it does not have
			return Report{State: InDoubt, NotFound: true, Reason: "gateway has no such record"}
		}
	}
	return NothingCertain("gateway answered " + shortCode(m.Head.RespCode))
}

// JudgeNotice says what a signed notice means. Its state speaks, unless it has a
// respCode that is anything but S0000000: then it moves nothing, whatever state it
// names. The error wraps ErrMismatch when the notice tells of another order.
func JudgeNotice(m v2.Message, want Expected) (Report, error) {
	want.TranCode = ""
	_, report, err := judgeState(m, want)
	if err != nil {
		return report, err
	}
	return noticed(m, report), nil
}

// noticed is what a report in a notice is worth by the notice's respCode, which
// most gateways leave out.
func noticed(m v2.Message, report Report) Report {
	if !m.Head.TakesBack() {
		return report
	}
	said := NothingCertain("notice has respCode " + shortCode(m.Head.RespCode))
	said.Ask = true
	return said
}

// judgeState also returns what the body says; of one that cannot be read, what
// could be.
func judgeState(m v2.Message, want Expected) (v2.OrderState, Report, error) {
	said, err := m.OrderState()
	if err != nil {
		return said, NothingCertain("message cannot be read"), nil
	}
	state, known := reported[said.State]
	if err := want.check(m.Head, said.OrderNo, said.Amount, state == Paid && !m.Head.TakesBack()); err != nil {
		return said, NothingCertain(err.Error()), err
	}
	if !known {
		return said, NothingCertain("state " + shortCode(string(said.State)) + " is not known"), nil
	}
	report := Report{State: state}
	if state == Failed {
		report.GatewayMessage = m.Head.Refusal()
	}
	if state == Paid {
		// An unreadable time costs the merchant nothing; the caller puts the
		// time of arrival in its place.
		report.PaidAt, _ = ParseTime(said.Time)
	}
	return said, report, nil
}

// ResultCode says what a merchant's query hears of an order in state s. late says
// that it was paid after it was closed or had failed: its merchant was told so, was
// never told that it is paid, and hears the same whatever becomes of the refund.
func ResultCode(s State, late bool) v1.ResultCode {
	if late {
		return v1.ResultFailed
	}
	return s.Row().Query
}
