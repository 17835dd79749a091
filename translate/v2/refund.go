package v2

// RefundRequest is the body of OP1003: give money back.
type RefundRequest struct {
	OriMerOrderID   string // the order number of the payment
	MerRefundFlowID string // our number of the refund, unique, stored before sending
	RefundAmt       string // yuan with two decimals
	RefundChannel   string // 00 the way it came
	MerNotifyURL    string
	RefundReason    string
	SplitRefundAmt  string
}

var refundMembers = []member[RefundRequest]{
	{name: "oriMerOrderId", max: 32, rule: orderNo, required: true, text: func(r *RefundRequest) *string { return &r.OriMerOrderID }},
	{name: "merRefundFlowId", max: 32, required: true, text: func(r *RefundRequest) *string { return &r.MerRefundFlowID }},
	{name: "refundAmt", rule: yuan, required: true, text: func(r *RefundRequest) *string { return &r.RefundAmt }},
	{name: "refundChannel", rule: twoDigits, text: func(r *RefundRequest) *string { return &r.RefundChannel }},
	{name: "merNotifyUrl", text: func(r *RefundRequest) *string { return &r.MerNotifyURL }},
	{name: "refundReason", text: func(r *RefundRequest) *string { return &r.RefundReason }},
	{name: "splitRefundAmt", text: func(r *RefundRequest) *string { return &r.SplitRefundAmt }},
}

// Marshal writes the request as a plain text with every member that the
// interface has. Errors name the member.
func (r RefundRequest) Marshal(h Head) ([]byte, error) { return marshal(h, refundMembers, r) }
