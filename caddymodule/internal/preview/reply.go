package preview

import (
	"cmp"

	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// Reply is what an answer of the gateway means for the order and its merchant.
type Reply struct {
	State  translate.State
	Reason string // why nothing certain is known, else ""
	Code   v1.Code
	JSON   []byte // of the v1 reply
	Notes  []Note // what could not be held against a ledger
}

// examplePayID stands where a running bridge puts the number under which the
// payer's browser finds a WeChat order.
const examplePayID = "EXAMPLE0EXAMPLE0EXAMPLE0EXAMPLE0"

// judges say what an answer means, by interface.
var judges = map[string]func(*Request, v2.Message) (Reply, error){
	Pay:    (*Request).judgePay,
	Query:  (*Request).judgeQuery,
	Cancel: (*Request).judgeCancel,
}

// Reply says what the plain text of an answer to the request means. The numbers
// of the order are those in the answer, since the request's are made up; where
// it names none, nothing can be compared. The error is of a text that is no v2
// message, or wraps translate.ErrMismatch.
func (r *Request) Reply(plaintext []byte) (Reply, error) {
	message, err := v2.ParseMessage(plaintext)
	if err != nil {
		return Reply{}, err
	}
	reply, err := judges[r.Interface](r, message)
	reply.Notes = append(reply.Notes, NumbersOfAnswer)
	return reply, err
}

// Refusal is what the merchant hears of a message that is refused.
func (r *Request) Refusal(err error) []byte {
	if r.pay.MerID != "" { // it could be read
		return translate.BuildPayRefusal(r.pay, v1.CodeOf(err)).JSON()
	}
	return v1.BuildRefusal(v1.CodeOf(err), "")
}

func (r *Request) judgePay(m v2.Message) (Reply, error) {
	said := m.PayReply()
	report, err := r.rule.JudgePay(said, translate.Expected{
		GatewayMerchant: r.merchantOf(m), FlowNo: r.flowOf(m), TranCode: r.TranCode,
		OrderNo: cmp.Or(said.OrderNo, r.numbers.orderNo), Amount: r.pay.TxnAmt,
	})
	order := translate.Order{
		MerID: r.pay.MerID, OrderID: r.pay.OrderID, QueryID: r.numbers.queryID, Action: r.pay.Action, Amount: r.pay.TxnAmt,
		State: report.State, FormAction: report.FormAction, GatewayMessage: report.GatewayMessage,
	}
	if r.rule.PaidInBrowser() {
		order.PayID = examplePayID
	}
	reply := translate.BuildPayReply(order)
	return Reply{State: report.State, Reason: report.Reason, Code: reply.RespCode, JSON: reply.JSON()}, err
}

func (r *Request) judgeQuery(m v2.Message) (Reply, error) {
	said := m.OrderState()
	amount, unreadable := translate.ParseYuan(said.Amount)
	if unreadable != nil {
		amount = exampleAmount
	}
	report, err := translate.JudgeQuery(said, translate.Expected{
		GatewayMerchant: r.merchantOf(m), FlowNo: r.flowOf(m), TranCode: r.TranCode,
		OrderNo: cmp.Or(said.OrderNo, r.numbers.orderNo), Amount: amount,
	})
	order := r.order(report, amount)
	if order.State == translate.Paid && order.PaidAt.IsZero() {
		order.PaidAt = r.settings.Now
	}
	reply := translate.BuildQueryReply(order)
	return Reply{State: report.State, Reason: report.Reason, Code: reply.RespCode, JSON: reply.JSON()}, err
}

func (r *Request) judgeCancel(m v2.Message) (Reply, error) {
	said := m.RefundState()
	amount, unreadable := translate.ParseYuan(said.Amount)
	if unreadable != nil {
		amount = exampleAmount
	}
	report, err := translate.JudgeRefund(said, translate.Expected{
		GatewayMerchant: r.merchantOf(m), FlowNo: r.flowOf(m), RefundNo: cmp.Or(said.RefundNo, r.numbers.refundNo), Amount: amount,
	})
	order := r.order(report, amount)
	if !report.Certain() {
		order.State = translate.Refunding // a refund is repeated until it is final
	}
	reply := translate.BuildCancelReply(order)
	return Reply{State: order.State, Reason: report.Reason, Code: reply.RespCode, JSON: reply.JSON()}, err
}

// order is the order of a query or a cancel as a report leaves it.
func (r *Request) order(report translate.Report, amount int64) translate.Order {
	return translate.Order{
		MerID: r.ref.MerID, OrderID: r.ref.OrderID, QueryID: r.numbers.queryID, Amount: amount,
		State: report.State, PaidAt: report.PaidAt, GatewayMessage: report.GatewayMessage,
	}
}

// flowOf is the flow number that an answer must name: the one it names, for that of
// the request is made up.
func (r *Request) flowOf(m v2.Message) string { return cmp.Or(m.Head.TranFlowID, r.numbers.flowNo) }

// merchantOf is the merchant that an answer must name: that of the
// configuration, or without one whoever it names.
func (r *Request) merchantOf(m v2.Message) string {
	if r.settings.Invented {
		return cmp.Or(m.Head.MerchantID, r.settings.GatewayMerchant)
	}
	return r.settings.GatewayMerchant
}
