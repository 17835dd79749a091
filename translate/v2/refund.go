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
	{name: "oriMerOrderId", max: 32, form: orderNo, must: true, at: func(r *RefundRequest) *string { return &r.OriMerOrderID }},
	{name: "merRefundFlowId", max: 32, must: true, at: func(r *RefundRequest) *string { return &r.MerRefundFlowID }},
	{name: "refundAmt", form: yuan, must: true, at: func(r *RefundRequest) *string { return &r.RefundAmt }},
	{name: "refundChannel", form: twoDigits, at: func(r *RefundRequest) *string { return &r.RefundChannel }},
	{name: "merNotifyUrl", at: func(r *RefundRequest) *string { return &r.MerNotifyURL }},
	{name: "refundReason", at: func(r *RefundRequest) *string { return &r.RefundReason }},
	{name: "splitRefundAmt", at: func(r *RefundRequest) *string { return &r.SplitRefundAmt }},
}

// Marshal writes the request as a plain text with every member that the
// interface has. Errors name the member.
func (r RefundRequest) Marshal(h Head) ([]byte, error) { return marshal(h, refundMembers, r) }

// RefundReply is the body of the answer to OP1003.
type RefundReply struct {
	RefundState     RefundState
	MerRefundFlowID string
	RefundAmt       string // yuan; may have been a number
	RefundChannel   string
	RefundReason    string
	RefundTranFlow  string // the gateway's number
}

var refundReplyMembers = []member[RefundReply]{
	{name: "refundState", at: func(r *RefundReply) *string { return (*string)(&r.RefundState) }},
	{name: "merRefundFlowId", at: func(r *RefundReply) *string { return &r.MerRefundFlowID }},
	{name: "refundAmt", at: func(r *RefundReply) *string { return &r.RefundAmt }},
	{name: "refundChannel", at: func(r *RefundReply) *string { return &r.RefundChannel }},
	{name: "refundReason", at: func(r *RefundReply) *string { return &r.RefundReason }},
	{name: "refundTranFlow", at: func(r *RefundReply) *string { return &r.RefundTranFlow }},
}

// RefundReply reads the body as the answer to OP1003.
func (m Message) RefundReply() (RefundReply, error) {
	return readMembers("body", refundReplyMembers, m.body)
}
