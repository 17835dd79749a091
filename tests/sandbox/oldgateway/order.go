package oldgateway

import (
	"fmt"
	"slices"
	"time"
)

// OrderState is what has become of an order.
type OrderState string

// The states.
const (
	Unpaid   OrderState = "unpaid"
	Paid     OrderState = "paid"
	Closed   OrderState = "closed"   // before it was paid
	Refunded OrderState = "refunded" // after it was paid
)

// Order is an order of the book.
type Order struct {
	MerID   string     `json:"merid"`
	OrderID string     `json:"orderid"`
	Action  string     `json:"action"`
	Fen     int64      `json:"fen"`
	QueryID string     `json:"queryid"` // the gateway's number
	PayID   string     `json:"payId,omitempty"`
	State   OrderState `json:"state"`
	BackURL string     `json:"backurl,omitempty"`
	// FrontURL is where the payer's browser goes after the payment.
	FrontURL string    `json:"fronturl,omitempty"`
	OpenID   string    `json:"openid,omitempty"`
	Created  time.Time `json:"created"`
	Settled  time.Time `json:"settled,omitzero"` // when it was paid
	// Submissions is how often the order was submitted with the same contents.
	// The gateway charges it once; a proxy that sends a POST again shows here.
	Submissions int `json:"submissions"`
	// Calls are the calls of its notification, oldest first.
	Calls []Call `json:"calls,omitempty"`
}

// Call is one call of a notification.
type Call struct {
	Time   time.Time `json:"time"`
	Answer string    `json:"answer,omitempty"` // what the merchant answered, shortened
	Error  string    `json:"error,omitempty"`
	Done   bool      `json:"done"` // the merchant has acknowledged it
}

func (o Order) clone() Order {
	o.Calls = slices.Clone(o.Calls)
	return o
}

// same reports whether another submission has the same contents.
func (o *Order) same(other *Order) bool {
	return o.Action == other.Action && o.Fen == other.Fen && o.BackURL == other.BackURL
}

// resultCode is how queries and notifications name the state (v1 §3.4).
func (o *Order) resultCode() (code, words string) {
	switch o.State {
	case Paid:
		return "0000", "交易成功！"
	case Unpaid:
		return "1001", "未支付"
	}
	return "1003", "交易失败"
}

// payTime is the time of the payment on the wire, "" for one that is not paid.
func (o *Order) payTime() string {
	if o.State != Paid {
		return ""
	}
	return o.Settled.In(beijing).Format(time.DateTime)
}

// queryID is a number in the form of the old gateway's: H, three digits, the time
// in Beijing, eight digits.
func queryID(now time.Time, sequence int) string {
	return fmt.Sprintf("H%03d%s%08d", 101, now.In(beijing).Format("20060102150405"), sequence)
}
