package preview

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/tidwall/gjson"

	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// The interfaces that a message may be meant for.
const (
	Pay    = "pay"
	Query  = "query"
	Cancel = "cancel"
)

// Request is a merchant's message and what becomes of it.
type Request struct {
	Interface string // Pay, Query or Cancel
	TranCode  string
	Plaintext []byte   // of the v2 request
	Examples  []string // members whose values are made up
	Notes     []Note   // what the bridge does besides

	settings Settings
	numbers  numbers
	pay      v1.PayRequest
	rule     translate.Rule
	ref      v1.OrderRef
}

// InterfaceOf guesses what a message is for: one with an action pays, any other
// queries, which is the same message as a cancel.
func InterfaceOf(json []byte) string {
	if gjson.GetBytes(json, "action").Exists() || gjson.GetBytes(json, "txnamt").Exists() {
		return Pay
	}
	return Query
}

// makers make a request of each interface.
var makers = map[string]func(*Request, []byte) ([]byte, error){
	Pay:    (*Request).makePay,
	Query:  (*Request).makeQuery,
	Cancel: (*Request).makeCancel,
}

// ErrUnknownInterface is of an interface that no message is meant for.
var ErrUnknownInterface = errors.New("unknown interface")

// New makes the v2 request of a v1 message for an interface. An error is a
// *v1.Error where the bridge would refuse the message, or [ErrUnknownInterface].
func New(iface string, json []byte, s Settings) (*Request, error) {
	makePlaintext := makers[iface]
	if makePlaintext == nil {
		return nil, fmt.Errorf("%w %.20q: use pay, query or cancel", ErrUnknownInterface, iface)
	}
	r := &Request{
		Interface: iface, settings: s, numbers: s.draw(),
		Examples: []string{"head.tranTime", "head.tranFlowid"},
	}
	if s.Invented {
		r.Examples = append(r.Examples, "head.merchantId")
	}
	var err error
	r.Plaintext, err = makePlaintext(r, json)
	return r, err
}

// PayRequest is the message of [Pay] as it was read.
func (r *Request) PayRequest() v1.PayRequest { return r.pay }

// OrderID is the merchant's number of the order, "" where a query or a cancel names
// it by the platform's number alone.
func (r *Request) OrderID() string { return cmp.Or(r.pay.OrderID, r.ref.OrderID) }

// Found says how its merchant calls the order of a query or a cancel that names it by its
// queryid alone. A running bridge finds that in its ledger.
func (r *Request) Found(orderID string) {
	r.ref.OrderID = orderID
}

func (r *Request) makePay(json []byte) ([]byte, error) {
	var err error
	if r.pay, err = v1.ParsePay(json); err != nil {
		return nil, err
	}
	if err = translate.RefuseTry(r.pay); err != nil {
		return nil, err
	}
	if r.rule, err = translate.RuleFor(r.pay); err != nil {
		return nil, err
	}
	s := r.settings
	r.TranCode = s.Pay
	r.Examples = append(r.Examples, "body.orderId", "body.exprieTime")
	head, body := translate.BuildPayRequest(r.pay, r.rule, translate.PayCall{
		TranCode: s.Pay, GatewayMerchant: s.GatewayMerchant, OrderNo: r.numbers.orderNo, FlowNo: r.numbers.flowNo,
		NotifyURL: s.NotifyURL, Subject: s.Subject, Now: s.Now, Expires: s.Now.Add(s.Expiry),
	})
	if body.SpbillCreateIP == "" {
		r.Notes = append(r.Notes, NoAddress)
	}
	if r.rule.PaidInBrowser() && r.pay.OpenID == "" {
		r.Notes = append(r.Notes, NoOpenID)
	}
	body.AuthCode, body.WxSubOpenID = s.hide(body.AuthCode), s.hide(body.WxSubOpenID)
	return body.Marshal(head)
}

func (r *Request) makeQuery(json []byte) ([]byte, error) {
	var err error
	if r.ref, err = v1.ParseOrderRef(json); err != nil {
		return nil, err
	}
	s := r.settings
	r.TranCode = s.Query
	r.Examples = append(r.Examples, "body.oriMerOrderId", "body.orderId")
	r.Notes = append(r.Notes, NotFinalOnly)
	return v2.QueryRequest{OrderID: r.numbers.orderNo}.Marshal(r.head(s.Query))
}

// exampleAmount stands for an amount that only the ledger knows, in fen.
const exampleAmount = 100

func (r *Request) makeCancel(json []byte) ([]byte, error) {
	var err error
	if r.ref, err = v1.ParseCancel(json); err != nil {
		return nil, err
	}
	s := r.settings
	r.TranCode = s.Refund
	r.Examples = append(r.Examples, "body.oriMerOrderId", "body.merRefundFlowId", "body.refundAmt")
	r.Notes = append(r.Notes, RefundOnly)
	return translate.BuildRefundRequest(r.numbers.orderNo, r.numbers.refundNo, exampleAmount, s.NotifyURL).Marshal(r.head(s.Refund))
}

func (r *Request) head(tranCode string) v2.Head {
	return translate.BuildHead(tranCode, r.settings.GatewayMerchant, r.numbers.flowNo, r.settings.Now)
}
