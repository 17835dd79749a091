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
	TranCode        string // "" where the gateway's code is unknown, in notices
	OrderNo         string
	Amount          int64 // fen
}

// check compares what a message says with what is expected. A member that the
// gateway leaves out says nothing, except where the message claims that money
// has moved: then merchant, order number and amount must be there and be equal.
func (want Expected) check(head v2.Head, orderNo, yuan string, moved bool) error {
	switch {
	case denies(head.MerchantID, want.GatewayMerchant, moved):
		return mismatch("head.merchantId")
	case want.TranCode != "" && denies(head.TranCode, want.TranCode, false):
		return mismatch("head.tranCode")
	case denies(orderNo, want.OrderNo, moved):
		return mismatch("body order number")
	case deniesAmount(yuan, want.Amount, moved):
		return mismatch("body amount")
	}
	return nil
}

// answers checks that an answer belongs to the request with this flow number:
// where it names one, it must be that. Nothing else in another request's answer is
// even looked at. Not every gateway may repeat the number.
func answers(m v2.Message, flowNo string) error {
	if denies(m.Head.TranFlowID, flowNo, false) {
		return mismatch("head.tranFlowid")
	}
	return nil
}

// unnamed is why an answer proves nothing that names neither its request nor what
// was asked about: it may be any other's. An error has an empty body, so that its
// flow number is all that ties it to its request.
const unnamed = "answer names neither its request nor the order"

// names reports whether an answer names its request, or what it tells of, which
// was compared.
func names(head v2.Head, number string) bool { return head.TranFlowID != "" || number != "" }

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
