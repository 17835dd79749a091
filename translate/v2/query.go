package v2

// QueryRequest asks for the state of an order. Its members are not on the
// gateway's page: the number goes out as oriMerOrderId and as orderId.
type QueryRequest struct {
	OrderID string // 6 to 32 characters
}

var queryMembers = []member[QueryRequest]{
	{name: "oriMerOrderId", max: 32, rule: orderNo, required: true, text: func(r *QueryRequest) *string { return &r.OrderID }},
	{name: "orderId", max: 32, rule: orderNo, required: true, text: func(r *QueryRequest) *string { return &r.OrderID }},
}

// Marshal writes the request as a plain text. Errors name the member.
func (r QueryRequest) Marshal(h Head) ([]byte, error) { return marshal(h, queryMembers, r) }

// RefundQueryRequest asks for the state of a refund. Its members are not on the
// gateway's page.
type RefundQueryRequest struct {
	OriMerOrderID   string // the order number of the payment
	MerRefundFlowID string // our number of the refund
}

var refundQueryMembers = []member[RefundQueryRequest]{
	{name: "oriMerOrderId", max: 32, rule: orderNo, required: true, text: func(r *RefundQueryRequest) *string { return &r.OriMerOrderID }},
	{name: "orderId", max: 32, rule: orderNo, required: true, text: func(r *RefundQueryRequest) *string { return &r.OriMerOrderID }},
	{name: "merRefundFlowId", max: 32, required: true, text: func(r *RefundQueryRequest) *string { return &r.MerRefundFlowID }},
}

// Marshal writes the request as a plain text. Errors name the member.
func (r RefundQueryRequest) Marshal(h Head) ([]byte, error) {
	return marshal(h, refundQueryMembers, r)
}

// CloseRequest asks the gateway to take no more payment for an order. Whether it
// has such an interface is unknown; the members are those of a query.
type CloseRequest struct {
	OrderID string // 6 to 32 characters
}

var closeMembers = []member[CloseRequest]{
	{name: "oriMerOrderId", max: 32, rule: orderNo, required: true, text: func(r *CloseRequest) *string { return &r.OrderID }},
	{name: "orderId", max: 32, rule: orderNo, required: true, text: func(r *CloseRequest) *string { return &r.OrderID }},
}

// Marshal writes the request as a plain text. Errors name the member.
func (r CloseRequest) Marshal(h Head) ([]byte, error) { return marshal(h, closeMembers, r) }
