package sandbox

import (
	"slices"
	"time"
)

// States of orders and refunds (v2 page, 接口状态码说明).
const (
	StateAccepted = "10"
	StatePaid     = "11"
	StatePending  = "12"
	StateFailed   = "13"

	RefundDone    = "31"
	RefundPending = "32"
	RefundFailed  = "33"
)

// Order is one order in the gateway's book: what really happened to the
// money, whatever the merchant was told.
type Order struct {
	MerchantID string `json:"merchantId"`
	OrderID    string `json:"orderId"`
	// PlatformID is the gateway's own number, jytOrderId.
	PlatformID string `json:"jytOrderId"`
	State      string `json:"state"`
	// Closed tells an order that was closed from one that was refused; both
	// are in state 13.
	Closed bool `json:"closed"`
	// Amount is the amount in fen.
	Amount int64 `json:"amount"`
	// Charges counts how often the payer's money was taken. More than one is
	// the worst that can happen.
	Charges   int       `json:"charges"`
	Refunds   []Refund  `json:"refunds"`
	NotifyURL string    `json:"notifyUrl"`
	Created   time.Time `json:"created"`
	// Paid is when the first charge was made, zero before.
	Paid time.Time `json:"paid"`

	// request holds the members by which a repeated pay is recognised.
	request [5]string
	channel string
	mode    string
	// The payer of a JS pay: the openid of a raw one, the account it belongs to,
	// and where the page of a hosted one goes back to.
	openID, subAppID, callback string
	// expires is when the order can no longer be paid, zero for never.
	expires time.Time
}

// Refund is one refund of an order.
type Refund struct {
	FlowID     string `json:"merRefundFlowId"`
	PlatformID string `json:"refundTranFlow"`
	State      string `json:"state"`
	// Amount is the amount in fen.
	Amount int64 `json:"amount"`
	// Executions counts how often the money went back.
	Executions int       `json:"executions"`
	Created    time.Time `json:"created"`
}

// clone returns a copy that shares nothing with o.
func (o Order) clone() Order {
	o.Refunds = slices.Clone(o.Refunds)
	return o
}

// expired reports whether it is too late to pay the order.
func (o *Order) expired(now time.Time) bool {
	return !o.expires.IsZero() && now.After(o.expires)
}

// charge takes the payer's money once.
func (o *Order) charge(now time.Time) {
	o.State = StatePaid
	o.Charges++
	if o.Paid.IsZero() {
		o.Paid = now
	}
}

// refunded is the sum of refunds that are done or under way, in fen.
func (o *Order) refunded() int64 {
	var sum int64
	for _, r := range o.Refunds {
		if r.State != RefundFailed {
			sum += r.Amount
		}
	}
	return sum
}

// refund finds a refund by its number.
func (o *Order) refund(flowID string) *Refund {
	for i := range o.Refunds {
		if o.Refunds[i].FlowID == flowID {
			return &o.Refunds[i]
		}
	}
	return nil
}
