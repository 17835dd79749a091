package v1

// OrderRef names an order to query or to cancel (v1 §3.5, §3.6). At least one
// of the numbers is set.
type OrderRef struct {
	// MerID is the merchant.
	MerID string
	// QueryID is the platform's number or "". Some merchants send their own
	// order number here (seen in the field).
	QueryID string
	// OrderID is the merchant's number or "".
	OrderID string
}

// ParseOrderRef reads the JSON of a query or cancel request. The numbers may be
// anything printable up to MaxOrderQuery bytes: one that fits no order is
// simply not found. Refusals are an *Error with CodeBadRequest.
func ParseOrderRef(json []byte) (OrderRef, error) {
	var r OrderRef
	err := readMembers("req", json, []member{
		merIDMember(&r.MerID),
		{name: "queryid", text: &r.QueryID, max: MaxOrderQuery, rule: printable},
		{name: "orderid", text: &r.OrderID, max: MaxOrderQuery, rule: printable},
	})
	if err != nil {
		return OrderRef{}, err
	}
	if r.QueryID == "" && r.OrderID == "" {
		return OrderRef{}, refuse(CodeBadRequest, "orderid", "missing, and so is queryid")
	}
	return r, nil
}

// ParseCancel reads the JSON of a cancel request as [ParseOrderRef] does, and
// refuses other messages that name an order. One key signs in both directions
// and for every interface, and a payer's browser is given some of what it
// signed: the links to gopay.html (with code) and wxjspaygateway (with backurl),
// and the front return (with resultcode). A payer must not be able to have
// a paid order refunded with any of them.
func ParseCancel(json []byte) (OrderRef, error) {
	table := make([]member, 0, len(notInCancel))
	for _, name := range notInCancel {
		table = append(table, member{name: name, text: new(string), max: MaxReq, rule: notOfCancel})
	}
	if err := readMembers("req", json, table); err != nil {
		return OrderRef{}, err
	}
	return ParseOrderRef(json)
}

// notInCancel are the members by which messages that payers see are told from a
// cancel.
var notInCancel = []string{"code", "backurl", "resultcode", "respcode"}

func notOfCancel(string) string { return "not a member of this interface" }
