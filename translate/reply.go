package translate

import (
	"cmp"
	"errors"

	v1 "github.com/paybridge/paybridge/translate/v1"
)

// BuildPayReply answers a pay request whose order is on record.
func BuildPayReply(o Order) v1.PayReply {
	row := o.State.Row()
	code := row.Pay
	if rule, _ := RuleOf(o.Action); rule.MovesMoneyAtOnce() {
		code = row.PayScanned
	}
	if o.State == Begun && o.PayID != "" {
		code = v1.CodeOK // the payer's browser takes it from here
	}
	reply := v1.PayReply{RespCode: code, MerID: o.MerID, OrderID: o.OrderID}
	switch code {
	case v1.CodeOK:
		reply.TxnAmt, reply.QueryID, reply.FormAction = o.Amount, o.QueryID, cmp.Or(o.PayID, o.FormAction)
	case v1.CodeRefused:
		reply.RespMsg = o.GatewayMessage
	}
	return reply
}

// BuildPayRefusal answers a pay request that was refused before an order was made
// of it. The request may be the zero value when it could not be read.
func BuildPayRefusal(p v1.PayRequest, code v1.Code) v1.PayReply {
	return v1.PayReply{RespCode: code, MerID: p.MerID, OrderID: p.OrderID}
}

// BuildPayFault answers a pay request that lacks a member which its action needs, as
// RuleFor found. The text names the member, as in "请求参数错误！(ip)", since it
// is the merchant's programmer who has to read it.
func BuildPayFault(p v1.PayRequest, err error) v1.PayReply {
	reply := BuildPayRefusal(p, v1.CodeOf(err))
	if fault, ok := errors.AsType[*v1.Error](err); ok {
		reply.RespMsg = fault.Code.Message() + "(" + fault.Field + ")"
	}
	return reply
}

// ResultCode says what a merchant's query hears of an order in state s. late says
// that it was paid after it was closed or had failed, or that its refund came back after
// it was done: its merchant was told that the order is over, and hears the same whatever
// becomes of the refund.
func ResultCode(s State, late bool) v1.ResultCode {
	if late {
		return v1.ResultFailed
	}
	return s.Row().Query
}

// NotifyOf says what is done with a notification that is due of an order in state s. late
// is that of [ResultCode]: what its merchant hears of as over, it is never told of as paid.
func NotifyOf(s State, late bool) Notify {
	notify := s.Row().Notify
	if late && notify == NotifySend {
		return NotifyWithhold
	}
	return notify
}

// BuildQueryReply answers a query for a known order.
func BuildQueryReply(o Order) v1.QueryReply {
	return v1.QueryReply{
		RespCode: v1.CodeOK, ResultCode: ResultCode(o.State, o.Late),
		QueryID: o.QueryID, TxnAmt: o.Amount, MerID: o.MerID, OrderID: o.OrderID,
		PayTime: o.payTime(),
	}
}

// CancelCode says what a merchant's cancel hears of an order in state s, after all that could
// be done. late is that of [ResultCode]: the merchant has closed the order, and whether the
// money is back is a matter between the bridge's people and the gateway, however it goes.
func CancelCode(s State, late bool) v1.Code {
	if late {
		return v1.CodeOK
	}
	return s.Row().Cancel
}

// BuildCancelReply answers a cancel of a known order, after all that could be done.
func BuildCancelReply(o Order) v1.CancelReply {
	code := CancelCode(o.State, o.Late)
	reply := v1.CancelReply{RespCode: code, QueryID: o.QueryID, TxnAmt: o.Amount, MerID: o.MerID, OrderID: o.OrderID}
	if code == v1.CodeRefused {
		reply.RespMsg = o.GatewayMessage
	}
	return reply
}

// BuildNotification makes the notification of an order (v1 §3.4) and the message of
// its front return. Only paid orders are notified, since merchants' handlers
// answer errors to anything else; of any other order it does not say "paid".
func BuildNotification(o Order) v1.Notification {
	return v1.Notification{
		ResultCode: ResultCode(o.State, o.Late), TxnAmt: o.Amount, MerID: o.MerID, OrderID: o.OrderID,
		QueryID: o.QueryID, PayTime: o.payTime(),
	}
}
