package bridge

import (
	"github.com/paybridge/paybridge/translate"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// CallKind says what a call to the gateway is for. The transaction codes are
// configuration, these names are not; the set is closed.
type CallKind string

// The kinds of calls.
const (
	PayCall         CallKind = "pay"
	RefundCall      CallKind = "refund"
	QueryCall       CallKind = "query"
	RefundQueryCall CallKind = "refund_query"
	CloseCall       CallKind = "close"
)

// CallKinds lists every kind of call.
func CallKinds() []CallKind {
	return []CallKind{PayCall, RefundCall, QueryCall, RefundQueryCall, CloseCall}
}

// callKinds says of each kind of call under which code it goes out, how its answer is read
// and what the answer means. What the answer to a pay call means depends on the order's
// action as well, see [translate.Rule.JudgePay].
var callKinds = map[CallKind]struct {
	tranCode func(TranCodes) string
	read     func(v2.Message) v2.Statement
	judge    func(v2.Statement, translate.Expected) (translate.Report, error)
	source   string // what an answer that is kept aside is said to be
}{
	PayCall:         {func(c TranCodes) string { return c.Pay }, v2.Message.PayReply, nil, "answer"},
	RefundCall:      {func(c TranCodes) string { return c.Refund }, v2.Message.RefundState, translate.JudgeRefund, "refund"},
	QueryCall:       {func(c TranCodes) string { return c.Query }, v2.Message.OrderState, translate.JudgeQuery, "query"},
	RefundQueryCall: {func(c TranCodes) string { return c.RefundQuery }, v2.Message.RefundState, translate.JudgeQuery, "refund"},
	CloseCall:       {func(c TranCodes) string { return c.Close }, v2.Message.OrderState, translate.JudgeClose, "close"},
}
