package payer

import (
	"errors"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/pages"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// submitReasons says what a payer reads when an order cannot be submitted. Who is
// not named has met a bug.
var submitReasons = map[v1.Code]pages.Reason{
	v1.CodeBadRequest:  pages.BadRequest,
	v1.CodeAmount:      pages.BadRequest,
	v1.CodeSignature:   pages.BadSignature,
	v1.CodeConflict:    pages.OtherContents,
	v1.CodeRefused:     pages.GatewayRefused,
	v1.CodeState:       pages.OrderClosed,
	v1.CodeBusy:        pages.Busy,
	v1.CodeUnsupported: pages.NotPayable,
}

// serveGateway serves wxjspaygateway, which submits an order and goes on to its
// payment (seen in the field). Reloading it is the same order, as everywhere: whatever the
// code says to a merchant, gopay.html asks the gateway about an order that was on record
// before, and tells a payer who has paid it not to pay again.
func serveGateway(v visit) view {
	opened, m, refusal, ok := v.opened()
	if !ok {
		return refusal
	}
	request, err := v1.ParsePagePay(opened.JSON)
	if err != nil {
		return notSubmitted(v1.CodeOf(err), err)
	}
	answer, err := v.Bridge.Pay(v.ctx, v.Settings, m, request, v.client)
	switch {
	case errors.Is(err, ledger.ErrOtherSide):
		return oldOrder(err)
	case err != nil:
		return notSubmitted(answer.RespCode, err)
	case answer.PayID == "", answer.RespCode != v1.CodeOK && !answer.Known:
		return notSubmitted(answer.RespCode, nil)
	}
	v.line.orderID = request.OrderID
	return onward("to_gopay", goPayLink(ledger.Key{MerID: m.MerID, OrderID: request.OrderID}, answer.PayID))
}

// oldOrder refuses an order that is on record as the old gateway's, where nobody passes
// the request on to that. It may be paid there.
func oldOrder(err error) view {
	refusal := refuse(pages.OldOrder, err)
	refusal.isOld = true
	return refusal
}

// notSubmitted says why there is no order to pay.
func notSubmitted(code v1.Code, err error) view {
	reason, known := submitReasons[code]
	if !known {
		reason = pages.Internal
	}
	return refuse(reason, err)
}
