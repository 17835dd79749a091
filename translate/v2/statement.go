package v2

import "cmp"

// Statement is what a message of the gateway says about a payment or about its
// refund. A message is read once, by who knows what it is ([Message.PayReply],
// [Message.OrderState], [Message.RefundState], [Message.Notice]), and the statement is
// handed on: to who judges it and to who keeps a record of it. Texts are as received;
// what the message does not say is "".
type Statement struct {
	Head Head
	// Err says why the body is not to be believed, nil when it is: it cannot be read,
	// or says two things of one. Some of the members below may be set all the same.
	Err error

	OfRefund    bool   // it speaks of a refund, not of the payment
	OrderNo     string // our order number of the payment
	RefundNo    string // our number of the refund
	TranState   TranState
	RefundState RefundState
	Amount      string // yuan, text or number: "0.01", "1"
	Time        string // when it was paid or given back, else when the message was made
	GatewayNo   string // the gateway's own number, in the answer to a pay call

	// What the payer is shown or sent to, in the answer to a pay call.
	CodeURL    string // what the QR code says
	CodeImgURL string // a picture of the QR code
	URLScheme  string // where a phone browser goes; sometimes percent-encoded
	WcPayData  string // JSON text of an object for the WeChat bridge
}

// State is the state that is told, of the payment or of the refund.
func (s Statement) State() string { return cmp.Or(string(s.TranState), string(s.RefundState)) }

// payReplyMembers are those of the answer to OP1001. totalAmt is absent from answers
// seen so far.
var payReplyMembers = []member[Statement]{
	{name: "tranState", text: func(s *Statement) *string { return (*string)(&s.TranState) }},
	{name: "codeUrl", text: func(s *Statement) *string { return &s.CodeURL }},
	{name: "codeImgUrl", text: func(s *Statement) *string { return &s.CodeImgURL }},
	{name: "jytOrderId", text: func(s *Statement) *string { return &s.GatewayNo }},
	{name: "wc_pay_data", object: true, text: func(s *Statement) *string { return &s.WcPayData }},
	{name: "urlScheme", text: func(s *Statement) *string { return &s.URLScheme }},
	{name: "orderNo", text: func(s *Statement) *string { return &s.OrderNo }},
	{name: "totalAmt", text: func(s *Statement) *string { return &s.Amount }},
}

// orderStateMembers has the names seen in notices and those that sister products
// use in queries. Two names for one thing that differ are refused, for one of
// them may say that money has moved, and that of another order or so much more.
var orderStateMembers = []member[Statement]{
	{name: "merOrderId", aliases: []string{"oriMerOrderId", "orderId"}, fallback: "orderNo", equal: equalText, text: func(s *Statement) *string { return &s.OrderNo }},
	{name: "tranState", aliases: []string{"state"}, equal: equalText, text: func(s *Statement) *string { return (*string)(&s.TranState) }},
	{name: "totalAmt", aliases: []string{"tranAmt"}, equal: equalAmount, text: func(s *Statement) *string { return &s.Amount }},
	{name: "payTime", aliases: []string{"tranFinishTime"}, text: func(s *Statement) *string { return &s.Time }},
}

// refundStateMembers guesses by the names of OP1003 and of queries. A state that
// means the payment (11) is not one of a refund and so settles nothing, nor does it
// hide one that does.
var refundStateMembers = []member[Statement]{
	{name: "oriMerOrderId", aliases: []string{"merOrderId", "orderId"}, fallback: "orderNo", equal: equalText, text: func(s *Statement) *string { return &s.OrderNo }},
	{name: "merRefundFlowId", text: func(s *Statement) *string { return &s.RefundNo }},
	{name: "refundState", aliases: []string{"tranState", "state"}, equal: equalRefundState, prefers: isRefundState, text: func(s *Statement) *string { return (*string)(&s.RefundState) }},
	{name: "refundAmt", aliases: []string{"tranAmt"}, equal: equalAmount, text: func(s *Statement) *string { return &s.Amount }},
	{name: "refundTime", aliases: []string{"tranFinishTime"}, text: func(s *Statement) *string { return &s.Time }},
}

// PayReply reads the body as the answer to a pay call, OP1001. wc_pay_data may be an
// object or text in a string; what is no JSON object is dropped, so that rubbish there
// does not spoil an answer that needs none.
func (m Message) PayReply() Statement { return m.state(payReplyMembers) }

// OrderState reads the body as a notice of a payment or as the answer to a query or
// a close.
func (m Message) OrderState() Statement {
	s := m.state(orderStateMembers)
	s.Time = m.timeOf(s)
	return s
}

// RefundState reads the body as a notice of a refund or as the answer to a refund,
// OP1003, or to a query of one.
func (m Message) RefundState() Statement {
	s := m.state(refundStateMembers)
	s.OfRefund, s.Time = true, m.timeOf(s)
	return s
}

// Notice reads the body as a notice, which may be one of a payment or of a refund.
func (m Message) Notice() Statement {
	if m.tellsOfRefund() {
		return m.RefundState()
	}
	return m.OrderState()
}

func (m Message) state(members []member[Statement]) Statement {
	s, err := readMembers("body", members, m.body)
	s.Head, s.Err = m.Head, err
	return s
}

// timeOf is the time that a statement tells, by default that of the message.
func (m Message) timeOf(s Statement) string {
	if s.Err != nil {
		return s.Time
	}
	return cmp.Or(s.Time, m.Head.TranTime)
}

// tellsOfRefund reports whether the body speaks of a refund and not of the payment:
// whether it names a refund's number or state. Notices of either kind come to one
// address.
func (m Message) tellsOfRefund() bool {
	return m.named("merRefundFlowId", "refundState", "refundTranFlow") != "" ||
		RefundState(m.body.Get("state").String()).Known() || RefundState(m.body.Get("tranState").String()).Known()
}
