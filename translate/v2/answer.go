package v2

// OrderState is what a notice or the answer to a query says about an order.
type OrderState struct {
	OrderNo string // our order number
	State   TranState
	Amount  string // yuan as received, text or number: "0.01", "1"
	Time    string // when it was paid, else when the message was made; as received
}

// orderStateMembers has the names seen in notices and those that sister products
// use in queries. Two names for one thing that differ are refused, for one of
// them may say that money has moved, and that of another order or so much more.
var orderStateMembers = []member[OrderState]{
	{name: "merOrderId", aliases: []string{"oriMerOrderId", "orderId"}, fallback: "orderNo", equal: equalText, text: func(s *OrderState) *string { return &s.OrderNo }},
	{name: "tranState", aliases: []string{"state"}, equal: equalText, text: func(s *OrderState) *string { return (*string)(&s.State) }},
	{name: "totalAmt", aliases: []string{"tranAmt"}, equal: equalAmount, text: func(s *OrderState) *string { return &s.Amount }},
	{name: "payTime", aliases: []string{"tranFinishTime"}, text: func(s *OrderState) *string { return &s.Time }},
}

// OrderState reads the body as a notice or as the answer to a query. What the
// message does not say is "".
func (m Message) OrderState() (OrderState, error) {
	s, err := readMembers("body", orderStateMembers, m.body)
	if err == nil && s.Time == "" {
		s.Time = m.Head.TranTime
	}
	return s, err
}

// RefundAnswer is what a notice or the answer to a query says about a refund.
type RefundAnswer struct {
	OrderNo         string // our order number of the payment
	MerRefundFlowID string // our number of the refund
	State           RefundState
	Amount          string // yuan as received, text or number
	Time            string // when it was done, else when the message was made; as received
}

// refundAnswerMembers guesses by the names of OP1003 and of queries. A state that
// means the payment (11) is not one of a refund and so settles nothing.
var refundAnswerMembers = []member[RefundAnswer]{
	{name: "oriMerOrderId", aliases: []string{"merOrderId", "orderId"}, fallback: "orderNo", equal: equalText, text: func(a *RefundAnswer) *string { return &a.OrderNo }},
	{name: "merRefundFlowId", text: func(a *RefundAnswer) *string { return &a.MerRefundFlowID }},
	{name: "refundState", aliases: []string{"tranState", "state"}, equal: equalRefundState, text: func(a *RefundAnswer) *string { return (*string)(&a.State) }},
	{name: "refundAmt", aliases: []string{"tranAmt"}, equal: equalAmount, text: func(a *RefundAnswer) *string { return &a.Amount }},
	{name: "refundTime", aliases: []string{"tranFinishTime"}, text: func(a *RefundAnswer) *string { return &a.Time }},
}

// TellsOfRefund reports whether the body speaks of a refund and not of the payment:
// whether it names a refund's number or state. Notices of either kind come to one
// address.
func (m Message) TellsOfRefund() bool {
	return m.named("merRefundFlowId", "refundState", "refundTranFlow") != "" ||
		RefundState(m.body.Get("state").String()).Known() || RefundState(m.body.Get("tranState").String()).Known()
}

// RefundState reads the body as the answer to a refund query or as a notice of a
// refund. What the message does not say is "".
func (m Message) RefundState() (RefundAnswer, error) {
	a, err := readMembers("body", refundAnswerMembers, m.body)
	if err == nil && a.Time == "" {
		a.Time = m.Head.TranTime
	}
	return a, err
}
