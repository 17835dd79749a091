package translate

import v2 "github.com/paybridge/paybridge/translate/v2"

// originalRoute is the v2 refundChannel for giving the money back the way it
// came.
const originalRoute = "00"

// ExpectedRefund is what a message about a refund must agree with.
type ExpectedRefund struct {
	GatewayMerchant string
	FlowNo          string // of the request that is answered; "" in notices, which answer none
	OrderNo         string // of the payment
	RefundNo        string // merRefundFlowId, ours
	Amount          int64  // fen, always the whole order
}

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

// BuildRefundRequest makes the OP1003 of a full refund.
func BuildRefundRequest(orderNo, refundNo string, amount int64) v2.RefundRequest {
	return v2.RefundRequest{
		OriMerOrderID:   orderNo,
		MerRefundFlowID: refundNo,
		RefundAmt:       FormatYuan(amount),
		RefundChannel:   originalRoute,
	}
}

// JudgeRefund says what a signed answer to a refund means: Refunded,
// RefundFailed, Refunding while it is under way, and InDoubt when it says nothing
// certain; that our request could not be read says nothing of the refund. A refund
// is repeated under its one number until it is final, so nothing uncertain is
// lost. The error wraps ErrMismatch when the answer tells of
// something else.
func JudgeRefund(m v2.Message, want ExpectedRefund) (Report, error) {
	if err := answers(m, want.FlowNo); err != nil {
		return NothingCertain(err.Error()), err
	}
	said, report, err := judgeRefundState(m, want)
	class := v2.Classify(m.Head.RespCode)
	switch {
	case err != nil:
		return report, err
	case !names(m.Head, said.MerRefundFlowID): // an order is not what was asked about
		return NothingCertain(unnamed), nil
	case class == v2.Repeated:
		return Report{State: Refunding}, nil
	case v2.RefusesForm(m.Head.RespCode):
		unread := NothingCertain("gateway could not read the refund: " + shortCode(m.Head.RespCode))
		unread.OurFault = true
		return unread, nil
	case class == v2.Refused && report.State != Refunding && report.State != Refunded:
		return Report{State: RefundFailed, GatewayMessage: m.Head.Refusal(), MayPass: report.State != RefundFailed}, nil
	}
	return answered(m, report), nil
}

// JudgeRefundQuery says what a signed answer to a refund query means, as
// JudgeRefund does, except that a query that is refused says nothing: the
// gateway may only not know the query.
func JudgeRefundQuery(m v2.Message, want ExpectedRefund) (Report, error) {
	if err := answers(m, want.FlowNo); err != nil {
		return NothingCertain(err.Error()), err
	}
	said, report, err := judgeRefundState(m, want)
	if err != nil {
		return report, err
	}
	if !names(m.Head, said.MerRefundFlowID) {
		return NothingCertain(unnamed), nil
	}
	return answered(m, report), nil
}

// JudgeRefundNotice says what a signed notice of a refund means, as JudgeNotice
// does of a payment. One that names no refund may speak of somebody else's: it ends
// none.
func JudgeRefundNotice(m v2.Message, want ExpectedRefund) (Report, error) {
	said, report, err := judgeRefundState(m, want)
	if err != nil {
		return report, err
	}
	report = noticed(m, report)
	if report.State == RefundFailed && said.MerRefundFlowID == "" {
		return Report{State: InDoubt, Ask: true, Reason: "notice of a failed refund does not say which"}, nil
	}
	return report, nil
}

// judgeRefundState returns what the body says as judgeState does.
func judgeRefundState(m v2.Message, want ExpectedRefund) (v2.RefundAnswer, Report, error) {
	said, err := m.RefundState()
	if err != nil {
		return said, NothingCertain("message cannot be read"), nil
	}
	if err := want.check(m.Head, said); err != nil {
		return said, NothingCertain(err.Error()), err
	}
	state, known := refundStates[said.State]
	if !known {
		return said, NothingCertain("refund state " + shortCode(string(said.State)) + " is not known"), nil
	}
	report := Report{State: state}
	if state == RefundFailed {
		report.GatewayMessage = m.Head.Refusal()
	}
	return said, report, nil
}

// check compares as [Expected.check] does. That money has moved is what the
// message claims when it says that the refund is done.
func (want ExpectedRefund) check(head v2.Head, said v2.RefundAnswer) error {
	moved := said.State.Refunded() && !head.TakesBack()
	switch {
	case denies(head.MerchantID, want.GatewayMerchant, moved):
		return mismatch("head.merchantId")
	case denies(said.OrderNo, want.OrderNo, false):
		return mismatch("body order number")
	case denies(said.MerRefundFlowID, want.RefundNo, moved):
		return mismatch("body.merRefundFlowId")
	case deniesAmount(said.Amount, want.Amount, moved):
		return mismatch("body.refundAmt")
	}
	return nil
}
