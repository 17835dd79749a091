package translate

import (
	"errors"
	"time"

	v1 "github.com/paybridge/paybridge/translate/v1"
)

// payCodes says what a merchant hears of a pay request by the state of its
// order (design: the table of money rules).
var payCodes = map[State]v1.Code{
	Begun:        v1.CodeBusy,
	Sent:         v1.CodeBusy,
	Pending:      v1.CodeOK,
	InDoubt:      v1.CodeBusy,
	Paid:         v1.CodeOK,
	Failed:       v1.CodeRefused,
	Closed:       v1.CodeState,
	Refunding:    v1.CodeState,
	Refunded:     v1.CodeState,
	RefundFailed: v1.CodeState,
}

// Standing is how an order stands when its merchant is answered.
type Standing struct {
	QueryID    string // v1 platform number
	State      State
	FormAction string // what the payer is shown or sent to, "" if nothing
	Words      string // the gateway's words on a refusal
}

// PayReply makes the merchant's reply to a pay request. It depends on how the
// order stands and on nothing else, so that all repeats of a request hear the
// same.
//
// While the outcome of an order is unknown, the merchant of a scanned code is
// told "00", which means "poll": money may have moved. All others hear "96":
// nothing but a code can have been shown, and the same order may be tried
// again.
func PayReply(p v1.PayRequest, rule Rule, now Standing) v1.PayReply {
	code, known := payCodes[now.State]
	if !known {
		code = v1.CodeInternal
	}
	unknown := now.State == Sent || now.State == InDoubt
	if unknown && rule.MovesMoneyAtOnce() {
		code = v1.CodeOK
	}
	if now.State == Begun && now.FormAction != "" {
		code = v1.CodeOK // the payer's browser takes it from here
	}
	reply := v1.PayReply{RespCode: code, MerID: p.MerID, OrderID: p.OrderID}
	switch code {
	case v1.CodeOK:
		reply.TxnAmt, reply.QueryID, reply.FormAction = p.TxnAmt, now.QueryID, now.FormAction
	case v1.CodeRefused:
		reply.RespMsg = now.Words
	}
	return reply
}

// PayRefusal answers a pay request that was refused before an order was made
// of it. The request may be the zero value when it could not be read.
func PayRefusal(p v1.PayRequest, code v1.Code) v1.PayReply {
	return v1.PayReply{RespCode: code, MerID: p.MerID, OrderID: p.OrderID}
}

// PayFault answers a pay request that lacks a member which its action needs, as
// RuleFor found. The text names the member, as in "请求参数错误！(ip)", since it
// is the merchant's programmer who has to read it.
func PayFault(p v1.PayRequest, err error) v1.PayReply {
	reply := PayRefusal(p, v1.CodeOf(err))
	if fault, ok := errors.AsType[*v1.Error](err); ok {
		reply.RespMsg = fault.Code.Message() + "(" + fault.Field + ")"
	}
	return reply
}

// Facts are what a query or a cancel tells of a known order.
type Facts struct {
	MerID, OrderID, QueryID string
	Amount                  int64 // fen, as ordered
	State                   State
	Late                    bool // paid after it was closed or had failed
	PaidAt                  time.Time
	Words                   string // the gateway's words on a failure
}

// QueryReply answers a query for a known order.
func QueryReply(f Facts) v1.QueryReply {
	return v1.QueryReply{
		RespCode: v1.CodeOK, ResultCode: ResultCode(f.State, f.Late),
		QueryID: f.QueryID, TxnAmt: f.Amount, MerID: f.MerID, OrderID: f.OrderID,
		PayTime: f.payTime(),
	}
}

// payTime is v1's paytime: "" unless the merchant hears that the order is paid,
// for a time alone could be taken to mean that (v1 §3.5).
func (f Facts) payTime() string {
	if ResultCode(f.State, f.Late) != v1.ResultPaid {
		return ""
	}
	return PayTime(f.PaidAt)
}

// cancelCodes says what a cancel hears by the state the order has come to. "00"
// makes the merchant close the order at once, so it stands only where no money
// is left with the merchant or can come to stay there: what is paid of a failed
// or closed order is given back.
var cancelCodes = map[State]v1.Code{
	Begun:        v1.CodeState,
	Sent:         v1.CodeState,
	Pending:      v1.CodeBusy,
	InDoubt:      v1.CodeState,
	Paid:         v1.CodeBusy,
	Failed:       v1.CodeOK,
	Closed:       v1.CodeOK,
	Refunding:    v1.CodeBusy,
	Refunded:     v1.CodeOK,
	RefundFailed: v1.CodeRefused,
}

// CancelReply answers a cancel of a known order, after all that could be done.
func CancelReply(f Facts) v1.CancelReply {
	code, known := cancelCodes[f.State]
	if !known {
		code = v1.CodeInternal
	}
	reply := v1.CancelReply{RespCode: code, QueryID: f.QueryID, TxnAmt: f.Amount, MerID: f.MerID, OrderID: f.OrderID}
	if code == v1.CodeRefused {
		reply.RespMsg = f.Words
	}
	return reply
}

// Notification makes the notification of an order (v1 §3.4) and the message of
// its front return. Only paid orders are notified, since merchants' handlers
// answer errors to anything else; of any other order it does not say "paid".
func Notification(f Facts) v1.Notification {
	return v1.Notification{
		ResultCode: ResultCode(f.State, f.Late), TxnAmt: f.Amount, MerID: f.MerID, OrderID: f.OrderID,
		QueryID: f.QueryID, PayTime: f.payTime(),
	}
}
