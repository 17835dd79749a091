package translate

import (
	"time"

	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// Report is what the gateway says of an order or of its refund, asked or unasked.
type Report struct {
	State    State     // of the order or of its refund; InDoubt when nothing certain is said
	PaidAt   time.Time // when it was paid, by the gateway's word
	NotFound bool      // the gateway has no such record; believed only after a while
	Words    string    // the gateway's words when payment or refund failed
	Reason   string    // why nothing is certain, for the operator's log
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

func nothingCertain(reason string) Report { return Report{State: InDoubt, Reason: reason} }

// reported says what a v2 state means for an order.
var reported = map[v2.TranState]State{
	v2.TranAccepted:   Pending,
	v2.TranProcessing: Pending,
	v2.TranSuccess:    Paid,
	v2.TranFailed:     Failed,
}

// JudgeQuery says what a signed answer to an order query means. A query that
// fails says nothing: it never makes an order fail. The error wraps ErrMismatch
// when the answer tells of something else than was asked.
func JudgeQuery(m v2.Message, want Expected) (Report, error) {
	if err := answers(m, want.FlowNo); err != nil {
		return nothingCertain(err.Error()), err
	}
	said, report, err := judgeState(m, want)
	if err != nil {
		return report, err
	}
	if !names(m.Head, said.OrderNo) {
		return nothingCertain(unnamed), nil
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
	return nothingCertain("gateway answered " + shortCode(m.Head.RespCode))
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
	said := nothingCertain("notice has respCode " + shortCode(m.Head.RespCode))
	said.Ask = true
	return said
}

// judgeState also returns what the body says; of one that cannot be read, what
// could be.
func judgeState(m v2.Message, want Expected) (v2.OrderState, Report, error) {
	said, err := m.OrderState()
	if err != nil {
		return said, nothingCertain("message cannot be read"), nil
	}
	state, known := reported[said.State]
	if err := want.check(m.Head, said.OrderNo, said.Amount, state == Paid && !m.Head.TakesBack()); err != nil {
		return said, nothingCertain(err.Error()), err
	}
	if !known {
		return said, nothingCertain("state " + shortCode(string(said.State)) + " is not known"), nil
	}
	report := Report{State: state}
	if state == Failed {
		report.Words = m.Head.Refusal()
	}
	if state == Paid {
		// An unreadable time costs the merchant nothing; the caller puts the
		// time of arrival in its place.
		report.PaidAt, _ = ParseTime(said.Time)
	}
	return said, report, nil
}

// resultCodes says what a merchant's query hears by the state of its order
// (design: the table of money rules). 1003 closes the order at the merchant, so
// it stands only where nothing more can come; 1002 and 1004 are credited as paid
// by some clients and are never said. While a refund is open neither "paid" nor
// "failed" is certain to last; when it has failed, the payment stands until
// somebody gives the money back.
var resultCodes = map[State]v1.ResultCode{
	Begun:        v1.ResultUnpaid,
	Sent:         v1.ResultUnpaid,
	Pending:      v1.ResultUnpaid,
	InDoubt:      v1.ResultUnpaid,
	Paid:         v1.ResultPaid,
	Failed:       v1.ResultFailed,
	Closed:       v1.ResultFailed,
	Refunding:    v1.ResultUnpaid,
	Refunded:     v1.ResultFailed,
	RefundFailed: v1.ResultPaid,
}

// ResultCode says what a merchant's query hears of an order in state s. late says
// that it was paid after it was closed or had failed: its merchant was told so, was
// never told that it is paid, and hears the same whatever becomes of the refund.
func ResultCode(s State, late bool) v1.ResultCode {
	if late {
		return v1.ResultFailed
	}
	if code, known := resultCodes[s]; known {
		return code
	}
	return v1.ResultUnpaid
}
