package translate

import v2 "github.com/paybridge/paybridge/translate/v2"

// originalRoute is the v2 refundChannel for giving the money back the way it
// came.
const originalRoute = "00"

// BuildRefundRequest makes the OP1003 of a full refund, what becomes of which the gateway
// is to tell at notifyURL.
func BuildRefundRequest(orderNo, refundNo string, amount int64, notifyURL string) v2.RefundRequest {
	return v2.RefundRequest{
		OriMerOrderID:   orderNo,
		MerRefundFlowID: refundNo,
		RefundAmt:       FormatYuan(amount),
		RefundChannel:   originalRoute,
		MerNotifyURL:    notifyURL,
	}
}
