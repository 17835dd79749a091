package translate

import (
	"errors"
	"fmt"

	v2 "github.com/paybridge/paybridge/translate/v2"
)

// ErrMismatch marks a message that is signed but tells of something else than
// the order it is taken for. Such a message is kept aside, never passed on.
var ErrMismatch = errors.New("message does not match the order")

// Expected is what a message of the gateway must agree with before it is
// believed.
type Expected struct {
	GatewayMerchant string
	FlowNo          string // of the request that is answered; "" in notices, which answer none
	TranCode        string // of the answer to a call about a payment; "" where the gateway's code is unknown
	OrderNo         string // of the payment
	RefundNo        string // merRefundFlowId, ours; "" while no refund is wanted
	Amount          int64  // fen, of the payment and so of its refund
}

// checkPayment compares what a message says of a payment with what is expected. A
// member that the gateway leaves out says nothing, except where the message claims
// that money has moved: then merchant, order number and amount must be there and be
// equal.
func (want Expected) checkPayment(said v2.Statement, moved bool) error {
	switch {
	case denies(said.Head.MerchantID, want.GatewayMerchant, moved):
		return mismatch("head.merchantId")
	case want.TranCode != "" && denies(said.Head.TranCode, want.TranCode, false):
		return mismatch("head.tranCode")
	case denies(said.OrderNo, want.OrderNo, moved):
		return mismatch("body order number")
	case deniesAmount(said.Amount, want.Amount, moved):
		return mismatch("body amount")
	}
	return nil
}

// checkRefund compares as checkPayment does. A message that says that the refund is
// done claims that money has moved: it must name the refund then, and need not name
// the payment.
func (want Expected) checkRefund(said v2.Statement, moved bool) error {
	switch {
	case denies(said.Head.MerchantID, want.GatewayMerchant, moved):
		return mismatch("head.merchantId")
	case denies(said.OrderNo, want.OrderNo, false):
		return mismatch("body order number")
	case denies(said.RefundNo, want.RefundNo, moved):
		return mismatch("body.merRefundFlowId")
	case deniesAmount(said.Amount, want.Amount, moved):
		return mismatch("body.refundAmt")
	}
	return nil
}

// answers checks that an answer belongs to the request that is expected: where it
// names a flow number, it must be that one's. Nothing else in another request's answer
// is even looked at. Not every gateway may repeat the number.
func (want Expected) answers(said v2.Statement) error {
	if denies(said.Head.TranFlowID, want.FlowNo, false) {
		return mismatch("head.tranFlowid")
	}
	return nil
}

// unnamed is why an answer proves nothing that names neither its request nor what
// was asked about: it may be any other's. An error has an empty body, so that its
// flow number is all that ties it to its request.
const unnamed = "answer names neither its request nor the order"

// names reports whether an answer names its request, or what it tells of, which
// was compared: of a refund, its number, for the order is not what was asked about.
func names(said v2.Statement) bool {
	number := said.OrderNo
	if said.OfRefund {
		number = said.RefundNo
	}
	return said.Head.TranFlowID != "" || number != ""
}

// denies reports whether what a message says is not what is wanted. Silence
// denies nothing, unless the member is needed.
func denies(said, want string, needed bool) bool {
	if said == "" {
		return needed
	}
	return said != want
}

// deniesAmount is denies for an amount in yuan against one in fen.
func deniesAmount(yuan string, want int64, needed bool) bool {
	if yuan == "" {
		return needed
	}
	fen, err := ParseYuan(yuan)
	return err != nil || fen != want
}

func mismatch(member string) error { return fmt.Errorf("%w: %s", ErrMismatch, member) }
