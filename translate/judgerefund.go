package translate

import v2 "github.com/paybridge/paybridge/translate/v2"

// refundStates says what a v2 refundState means.
var refundStates = func() map[v2.RefundState]State {
	states := make(map[v2.RefundState]State)
	for _, row := range rowOf {
		for _, called := range row.Refund {
			states[called] = row.State
		}
	}
	return states
}()

// JudgeRefund says what a signed answer to a refund means, read by
// [v2.Message.RefundState]: Refunded, RefundFailed, Refunding while it is under way, and
// InDoubt when it says nothing certain; that our request could not be read says nothing
// of the refund. A refund is repeated under its one number until it is final, so nothing
// uncertain is lost. The error wraps ErrMismatch when the answer tells of something else;
// nothing is certain then.
func JudgeRefund(said v2.Statement, want Expected) (Report, error) {
	if err := want.answers(said); err != nil {
		return NothingCertain(err.Error()), err
	}
	report, err := judgeRefund(said, want)
	class := v2.Classify(said.Head.RespCode)
	switch {
	case err != nil:
		return report, err
	case !names(said):
		return NothingCertain(unnamed), nil
	case class == v2.Repeated:
		return Report{State: Refunding}, nil
	case v2.RefusesForm(said.Head.RespCode):
		return unreadRequest("gateway could not read the refund: ", said), nil
	case class == v2.Refused && report.State != Refunding && report.State != Refunded:
		return Report{State: RefundFailed, GatewayMessage: said.Head.Refusal(), MayPass: report.State != RefundFailed}, nil
	}
	return answered(said, report), nil
}

// judgeRefund says what the body of a message about a refund means.
func judgeRefund(said v2.Statement, want Expected) (Report, error) {
	if said.Err != nil {
		return NothingCertain("message cannot be read"), nil
	}
	if err := want.checkRefund(said, said.RefundState.Refunded() && !said.Head.TakesBack()); err != nil {
		return NothingCertain(err.Error()), err
	}
	state, known := refundStates[said.RefundState]
	if !known {
		return NothingCertain("refund state " + shortCode(said.State()) + " is not known"), nil
	}
	report := Report{State: state}
	if state == RefundFailed {
		report.GatewayMessage = said.Head.Refusal()
	}
	return report, nil
}
