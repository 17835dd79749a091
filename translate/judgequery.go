package translate

import v2 "github.com/paybridge/paybridge/translate/v2"

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

// JudgeQuery says what a signed answer to the query of an order or of a refund means,
// read by [v2.Message.OrderState] or [v2.Message.RefundState]. A query that fails says
// nothing, for the gateway may only not know the query: it never makes an order or a
// refund fail. The error wraps ErrMismatch when the answer tells of something else than
// was asked; nothing is certain then.
func JudgeQuery(said v2.Statement, want Expected) (Report, error) {
	if err := want.answers(said); err != nil {
		return NothingCertain(err.Error()), err
	}
	report, err := judge(said, want)
	if err != nil {
		return report, err
	}
	if !names(said) {
		return NothingCertain(unnamed), nil
	}
	return answered(said, report), nil
}

// JudgeClose says what a signed answer to a close means, read as that to a query:
// Closed, or why that is not certain. What it tells of the order's state is judged as in
// the answer to a query; it need not tell any. The error wraps ErrMismatch when the
// answer tells of something else than was asked; nothing is certain then.
func JudgeClose(said v2.Statement, want Expected) (Report, error) {
	report, err := JudgeQuery(said, want)
	class := v2.Classify(said.Head.RespCode)
	switch {
	case err != nil:
		return report, err
	case class != v2.Processed:
		return judgeUnclosed(said, class), nil
	case said.Err != nil:
		return NothingCertain("answer cannot be read"), nil
	case report.State == Paid:
		return NothingCertain("gateway says that the order is paid"), nil
	case !names(said):
		return report, nil
	}
	return Report{State: Closed}, nil
}

// judgeUnclosed says what an answer to a close means that was not processed. It is a
// refusal when its code is an error that says what has become of the close, whichever: an
// order that the gateway calls paid in the same breath is for a query.
func judgeUnclosed(said v2.Statement, class v2.Class) Report {
	report := NothingCertain("gateway answered " + class.String())
	switch {
	case !names(said) || said.Err != nil || class == v2.Unknown:
	case v2.RefusesForm(said.Head.RespCode):
		return unreadRequest("gateway could not read the close: ", said)
	default:
		report.Refused = reported[said.TranState] != Paid
	}
	return report
}

// answered is what a report in the answer to a query is worth by the answer's
// respCode: it counts only when the gateway has done what was asked.
func answered(said v2.Statement, report Report) Report {
	switch v2.Classify(said.Head.RespCode) {
	case v2.Processed:
		return report
	case v2.NotFound:
		if report.State == InDoubt { // it tells no state of the record that it does not have
			return Report{State: InDoubt, NotFound: true, Reason: "gateway has no such record"}
		}
	}
	return NothingCertain("gateway answered " + shortCode(said.Head.RespCode))
}

// judge says what the body of a message means, whatever its respCode.
func judge(said v2.Statement, want Expected) (Report, error) {
	if said.OfRefund {
		return judgeRefund(said, want)
	}
	return judgePayment(said, want)
}

// judgePayment says what the body of a message about a payment means.
func judgePayment(said v2.Statement, want Expected) (Report, error) {
	if said.Err != nil {
		return NothingCertain("message cannot be read"), nil
	}
	state, known := reported[said.TranState]
	if err := want.checkPayment(said, state == Paid && !said.Head.TakesBack()); err != nil {
		return NothingCertain(err.Error()), err
	}
	if !known {
		return NothingCertain("state " + shortCode(said.State()) + " is not known"), nil
	}
	report := Report{State: state}
	if state == Failed {
		report.GatewayMessage = said.Head.Refusal()
	}
	if state == Paid {
		// An unreadable time costs the merchant nothing; the caller puts the
		// time of arrival in its place.
		report.PaidAt, _ = ParseTime(said.Time)
	}
	return report, nil
}
