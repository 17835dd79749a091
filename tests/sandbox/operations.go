package sandbox

import (
	"encoding/json"
	"time"
)

// call is one request on its way through the book.
type call struct {
	now       time.Time
	key       orderKey
	body      map[string]string
	behaviour Behaviour
	// order is a copy of the order in the book, nil if there is none. An
	// operation changes it, or puts a new one here.
	order *Order
	// refundOrder is the order that has the refund number of body, or "".
	refundOrder string
	// number makes a number of the gateway's own.
	number func(prefix string) string
}

// operation does what a tranCode asks for.
type operation func(*call) reply

// operations holds what each interface does. The close has a configured code and is
// under closeOperation.
var operations = map[string]operation{
	CodePay:         pay,
	CodeRefund:      refund,
	CodeQuery:       query,
	CodeRefundQuery: refundQuery,
}

// reply is what the gateway wants to answer: the response code and the body.
type reply struct {
	respCode, respDesc string
	body               object
}

func processed(body object) reply {
	return reply{respCode: codeSuccess, respDesc: "交易受理成功", body: body}
}

// refusals are the gateway's words for its error codes.
var refusals = map[string]string{
	codeUnknown:    "交易处理中",
	codeIllegal:    "报文字段不合法",
	codeFormat:     "报文格式错误",
	codeUndecipher: "报文解密失败",
	codeRefused:    "交易被拒绝",
	codeNoRecord:   "记录不存在",
	codeRepeated:   "重复操作",
	codeSystem:     "系统异常",
}

// refuse answers with an error code and an empty body.
func refuse(respCode string) reply {
	return reply{respCode: respCode, respDesc: refusals[respCode]}
}

// pay enters an order. A repeated number is refused with E8000003, except for
// the same order that still shows its code unpaid: then the same code is
// shown again. A payment the merchant scanned (payMode 01) is never repeated.
func pay(c *call) reply {
	identity := [5]string{c.body["payChannel"], c.body["payMode"], c.body["totalAmt"], c.body["notifyUrl"], c.body["subject"]}
	if o := c.order; o != nil {
		if o.mode != modeMerchantScans && o.State == StatePending && o.request == identity {
			return processed(shown(o))
		}
		return refuse(codeRepeated)
	}
	amount, _ := fenOf(c.body["totalAmt"])
	expires, _ := time.ParseInLocation(wireLayout, c.body["exprieTime"], beijing) // checked; zero when empty
	if !expires.IsZero() && c.now.After(expires) {
		return refuse(codeRefused)
	}
	c.order = &Order{
		MerchantID: c.key.merchantID,
		OrderID:    c.key.orderID,
		PlatformID: c.number("OP"),
		State:      StatePending,
		Amount:     amount,
		NotifyURL:  c.body["notifyUrl"],
		Created:    c.now,
		request:    identity,
		channel:    c.body["payChannel"],
		mode:       c.body["payMode"],
		openID:     c.body["wxSubOpenid"],
		subAppID:   c.body["subAppId"],
		callback:   c.body["wxCallbackUrl"],
		expires:    expires,
	}
	switch {
	case c.behaviour == Refused:
		c.order.State = StateFailed
		return refuse(codeRefused)
	case c.behaviour == Failed:
		c.order.State = StateFailed
	case c.behaviour == Paid, c.order.mode == modeMerchantScans && c.behaviour != Pending:
		c.order.charge(c.now)
	}
	return processed(shown(c.order))
}

func query(c *call) reply {
	switch {
	case c.behaviour == Refused:
		return refuse(codeRefused)
	case c.order == nil:
		return refuse(codeNoRecord)
	}
	o := c.order
	body := object{
		{"tranState", o.State},
		{"oriMerOrderId", o.OrderID},
		{"jytOrderId", o.PlatformID},
		{"totalAmt", yuanOf(o.Amount)},
		{"payChannel", o.channel},
	}
	if !o.Paid.IsZero() {
		body.set("payTime", o.Paid.In(beijing).Format(wireLayout))
	}
	return processed(body)
}

// refund gives money back, once per refund number and never more than the
// payer paid.
func refund(c *call) reply {
	switch {
	case c.refundOrder != "":
		return refuse(codeRepeated)
	case c.order == nil:
		return refuse(codeNoRecord)
	}
	amount, _ := fenOf(c.body["refundAmt"])
	if c.behaviour == Refused || c.order.State != StatePaid || c.order.refunded()+amount > c.order.Amount {
		return refuse(codeRefused)
	}
	r := Refund{
		FlowID:     c.body["merRefundFlowId"],
		PlatformID: c.number("RF"),
		State:      RefundDone,
		Amount:     amount,
		Created:    c.now,
	}
	switch c.behaviour {
	case Pending:
		r.State = RefundPending
	case Failed:
		r.State = RefundFailed
	default:
		r.Executions = 1
	}
	c.order.Refunds = append(c.order.Refunds, r)
	body := refundBody(r)
	body.set("refundChannel", c.body["refundChannel"])
	body.set("refundReason", c.body["refundReason"])
	return processed(body)
}

func refundQuery(c *call) reply {
	if c.behaviour == Refused {
		return refuse(codeRefused)
	}
	if c.order == nil {
		return refuse(codeNoRecord)
	}
	r := c.order.refund(c.body["merRefundFlowId"])
	if r == nil {
		return refuse(codeNoRecord)
	}
	body := refundBody(*r)
	body.set("oriMerOrderId", c.order.OrderID)
	return processed(body)
}

// refundBody writes the amount as a JSON number, which the real gateway may
// do (v2 in the field, OP1003).
func refundBody(r Refund) object {
	return object{
		{"refundState", r.State},
		{"merRefundFlowId", r.FlowID},
		{"refundAmt", json.Number(yuanOf(r.Amount))},
		{"refundTranFlow", r.PlatformID},
	}
}

// closeOperation closes an order that is not paid. Closing twice is no error.
func closeOperation(c *call) reply {
	switch {
	case c.order == nil:
		return refuse(codeNoRecord)
	case c.behaviour == Refused, c.order.State == StatePaid:
		return refuse(codeRefused)
	}
	c.order.State = StateFailed
	c.order.Closed = true
	return processed(object{
		{"tranState", c.order.State},
		{"oriMerOrderId", c.order.OrderID},
		{"jytOrderId", c.order.PlatformID},
	})
}
