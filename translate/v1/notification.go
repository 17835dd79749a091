package v1

import (
	"cmp"
	"time"
)

// payTimeLayout is the layout of paytime, in Beijing time.
const payTimeLayout = time.DateTime

// Notification tells a merchant that an order is paid (v1 §3.4). The browser's
// front return carries the same message.
type Notification struct {
	ResultCode ResultCode
	// ResultMsg is for the merchant to show; "" stands for the code's own text.
	ResultMsg string
	// TxnAmt is the ordered amount in fen.
	TxnAmt  int64
	MerID   string
	OrderID string
	// QueryID is the platform's number of the order.
	QueryID string
	// PayTime is yyyy-MM-dd HH:mm:ss in Beijing.
	PayTime string
}

// JSON returns the message with all seven members, in the order in which the old
// gateway was seen to send them.
func (n Notification) JSON() []byte {
	return marshal(struct {
		ResultCode ResultCode `json:"resultcode"`
		ResultMsg  string     `json:"resultmsg"`
		TxnAmt     int64      `json:"txnamt"`
		MerID      string     `json:"merid"`
		OrderID    string     `json:"orderid"`
		QueryID    string     `json:"queryid"`
		PayTime    string     `json:"paytime"`
	}{
		n.ResultCode, cmp.Or(n.ResultMsg, n.ResultCode.Message()),
		n.TxnAmt, n.MerID, n.OrderID, n.QueryID, n.PayTime,
	})
}

// ParseNotification reads the JSON of a notification, as a merchant would: every
// member but paytime must be there. Refusals are an *Error.
func ParseNotification(json []byte) (Notification, error) {
	var n Notification
	err := readMembers("resp", json, []member{
		{name: "resultcode", text: (*string)(&n.ResultCode), required: true, max: 4, rule: knownResult},
		{name: "resultmsg", text: &n.ResultMsg, required: true, max: 256},
		{name: "txnamt", fen: &n.TxnAmt},
		merIDMember(&n.MerID),
		{name: "orderid", text: &n.OrderID, required: true, max: MaxOrderQuery, rule: printable},
		{name: "queryid", text: &n.QueryID, required: true, max: MaxOrderQuery, rule: printable},
		{name: "paytime", text: &n.PayTime, max: len(payTimeLayout), rule: payTime},
	})
	if err != nil {
		return Notification{}, err
	}
	return n, nil
}

func knownResult(s string) string {
	if !ResultCode(s).known() {
		return "unknown: " + quote(s)
	}
	return ""
}

func payTime(s string) string {
	if _, err := time.Parse(payTimeLayout, s); err != nil {
		return "not yyyy-MM-dd HH:mm:ss: " + quote(s)
	}
	return ""
}
