package v1

import (
	"bytes"
	"cmp"
	"encoding/json"
)

// PayReply answers a pay request (v1 §3.1.3).
type PayReply struct {
	RespCode Code
	// RespMsg is for the merchant to show; "" stands for the code's own text.
	RespMsg string
	// TxnAmt is the ordered amount in fen.
	TxnAmt  int64
	MerID   string
	OrderID string
	// QueryID is the platform's number of the order.
	QueryID string
	// FormAction is the code, link or PayId to pay with; "" for none.
	FormAction string
}

// JSON returns the message: everything on CodeOK, with formaction when there is
// one; on a refusal respcode and respmsg, with merid and orderid when known.
func (r PayReply) JSON() []byte {
	if r.RespCode != CodeOK {
		return refusal(r.RespCode, r.RespMsg, r.MerID, r.OrderID)
	}
	return marshal(struct {
		RespCode   Code   `json:"respcode"`
		RespMsg    string `json:"respmsg"`
		TxnAmt     int64  `json:"txnamt"`
		MerID      string `json:"merid"`
		OrderID    string `json:"orderid"`
		QueryID    string `json:"queryid"`
		FormAction string `json:"formaction,omitempty"`
	}{r.RespCode, cmp.Or(r.RespMsg, r.RespCode.Message()), r.TxnAmt, r.MerID, r.OrderID, r.QueryID, r.FormAction})
}

// QueryReply answers a query (v1 §3.5.4).
type QueryReply struct {
	RespCode Code
	// RespMsg is for the merchant to show; "" stands for the code's own text.
	RespMsg    string
	ResultCode ResultCode
	// ResultMsg is for the merchant to show; "" stands for the code's own text.
	ResultMsg string
	// QueryID is the platform's number of the order.
	QueryID string
	// TxnAmt is the ordered amount in fen.
	TxnAmt  int64
	MerID   string
	OrderID string
	// PayTime is yyyy-MM-dd HH:mm:ss in Beijing, "" for an unpaid order.
	PayTime string
}

// JSON returns the message: everything on CodeOK (one client crashes without
// resultcode); on a refusal respcode and respmsg, with merid and orderid when
// known.
func (r QueryReply) JSON() []byte {
	if r.RespCode != CodeOK {
		return refusal(r.RespCode, r.RespMsg, r.MerID, r.OrderID)
	}
	return marshal(struct {
		RespCode   Code       `json:"respcode"`
		RespMsg    string     `json:"respmsg"`
		ResultCode ResultCode `json:"resultcode"`
		ResultMsg  string     `json:"resultmsg"`
		QueryID    string     `json:"queryid"`
		TxnAmt     int64      `json:"txnamt"`
		MerID      string     `json:"merid"`
		OrderID    string     `json:"orderid"`
		PayTime    string     `json:"paytime"`
	}{
		r.RespCode, cmp.Or(r.RespMsg, r.RespCode.Message()),
		r.ResultCode, cmp.Or(r.ResultMsg, r.ResultCode.Message()),
		r.QueryID, r.TxnAmt, r.MerID, r.OrderID, r.PayTime,
	})
}

// CancelReply answers a cancel request (v1 §3.6.4).
type CancelReply struct {
	// RespCode is CodeOK only when the order is closed or refunded: the
	// merchant closes it at once (seen in the field).
	RespCode Code
	// RespMsg is for the merchant to show; "" stands for the code's own text.
	RespMsg string
	// QueryID is the platform's number of the order.
	QueryID string
	// TxnAmt is the ordered amount in fen.
	TxnAmt  int64
	MerID   string
	OrderID string
}

// JSON returns the message: everything on CodeOK; on a refusal respcode and
// respmsg, with merid and orderid when known.
func (r CancelReply) JSON() []byte {
	if r.RespCode != CodeOK {
		return refusal(r.RespCode, r.RespMsg, r.MerID, r.OrderID)
	}
	return marshal(struct {
		RespCode Code   `json:"respcode"`
		RespMsg  string `json:"respmsg"`
		QueryID  string `json:"queryid"`
		TxnAmt   int64  `json:"txnamt"`
		MerID    string `json:"merid"`
		OrderID  string `json:"orderid"`
	}{r.RespCode, cmp.Or(r.RespMsg, r.RespCode.Message()), r.QueryID, r.TxnAmt, r.MerID, r.OrderID})
}

// BuildRefusal returns the JSON that answers any request with code before the order
// is known; msg "" stands for the code's own text.
func BuildRefusal(code Code, msg string) []byte { return refusal(code, msg, "", "") }

func refusal(code Code, msg, merID, orderID string) []byte {
	return marshal(struct {
		RespCode Code   `json:"respcode"`
		RespMsg  string `json:"respmsg"`
		MerID    string `json:"merid,omitempty"`
		OrderID  string `json:"orderid,omitempty"`
	}{code, cmp.Or(msg, code.Message()), merID, orderID})
}

// marshal writes compact JSON in raw UTF-8, as the old gateway did: no escapes
// for HTML. A struct of strings and integers, all it is given, cannot fail.
func marshal(message any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(message)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
