package oldgateway

import (
	"cmp"
	"encoding/json"
	"regexp"
)

// The messages of v1, in the member order of the old gateway.

// refusal is a reply with a respcode other than 00.
type refusal struct {
	RespCode string `json:"respcode"`
	RespMsg  string `json:"respmsg"`
}

// The refusals. Codes but 90 are the gateway's own: clients only look for 00.
var (
	refusedRequest = refusal{"90", "请求参数错误！"} // as captured
	refusedAction  = refusal{"B1", "不支持的交易类型"}
	refusedAmount  = refusal{"B2", "交易金额错误"}
	refusedMember  = refusal{"B3", "缺少必填项"}
	refusedTaken   = refusal{"B4", "商户订单号重复"}
	refusedNoOrder = refusal{"B5", "订单不存在"}
	refusedByRule  = refusal{"B9", "系统繁忙"}
)

// payReply answers a submission (v1 §3.1.3).
type payReply struct {
	RespCode   string `json:"respcode"`
	RespMsg    string `json:"respmsg"`
	TxnAmt     int64  `json:"txnamt"`
	MerID      string `json:"merid"`
	OrderID    string `json:"orderid"`
	QueryID    string `json:"queryid"`
	FormAction string `json:"formaction,omitempty"`
}

// cancelReply answers a cancel (v1 §3.6.4).
type cancelReply struct {
	RespCode string `json:"respcode"`
	RespMsg  string `json:"respmsg"`
	QueryID  string `json:"queryid"`
	TxnAmt   int64  `json:"txnamt"`
	MerID    string `json:"merid"`
	OrderID  string `json:"orderid"`
}

// result is what a query and a notification tell of an order (v1 §3.4.3).
type result struct {
	ResultCode string `json:"resultcode"`
	ResultMsg  string `json:"resultmsg"`
	TxnAmt     int64  `json:"txnamt"`
	MerID      string `json:"merid"`
	OrderID    string `json:"orderid"`
	QueryID    string `json:"queryid"`
	PayTime    string `json:"paytime"`
}

// queryReply answers a query (v1 §3.5.4).
type queryReply struct {
	RespCode string `json:"respcode"`
	RespMsg  string `json:"respmsg"`
	result
}

var amount = regexp.MustCompile(`"txnamt":([0-9]+)`)

// textAmount is a message with its amount as a text. Merchants' programs of some languages
// do not notice, and those of others do.
func textAmount(message any) json.RawMessage {
	return json.RawMessage(amount.ReplaceAllString(encode(message), `"txnamt":"$1"`))
}

func resultOf(o *Order) result {
	code, words := o.resultCode()
	return result{code, words, o.Fen, o.MerID, o.OrderID, o.QueryID, o.payTime()}
}

func payReplyOf(o *Order) payReply {
	return payReply{"00", "成功", o.Fen, o.MerID, o.OrderID, o.QueryID, cmp.Or(o.PayID, actions[o.Action].shown(o))}
}
