package translate

import (
	"time"

	v1 "github.com/paybridge/paybridge/translate/v1"
)

// Order is an order as its merchant hears of it. Every reply and the notification
// follow from it and from nothing else, so that all repeats of a request hear the
// same ([BuildPayReply], [BuildQueryReply], [BuildCancelReply],
// [BuildNotification]).
type Order struct {
	MerID   string // the merchant
	OrderID string // the merchant's own number of the order
	QueryID string // the platform number of v1

	Action v1.Action
	Amount int64 // fen, as ordered

	State          State
	Late           bool      // paid after it was closed or had failed, or its refund did not last: never told as paid any more
	PaidAt         time.Time // by the gateway's word; zero when that is not known
	PayID          string    // what the payer's browser brings, "" unless it is paid there
	FormAction     string    // what the payer is shown or sent to, "" for nothing
	GatewayMessage string    // the gateway's message on a refusal, "" for that of the code
}

// payTime is v1's paytime: "" unless the merchant hears that the order is paid,
// for a time alone could be taken to mean that (v1 §3.5).
func (o Order) payTime() string {
	if ResultCode(o.State, o.Late) != v1.ResultPaid {
		return ""
	}
	return FormatPayTime(o.PaidAt)
}
