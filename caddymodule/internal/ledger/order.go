package ledger

import (
	"time"

	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// Key names an order as its merchant does.
type Key struct {
	MerID   string // the merchant's v1 number
	OrderID string // the merchant's own order number
}

// Order is one payment and everything the bridge must remember of it. Times are
// in UTC, to the millisecond; the zero time means not yet.
type Order struct {
	Key

	QueryID         string   // platform number of v1, unique
	OrderNo         string   // order number of v2, unique
	FlowNo          string   // flow number of the v2 pay call
	GatewayMerchant string   // merchant number of v2
	Fingerprint     [32]byte // SHA-256 of the merchant's request
	Action          string   // v1 action
	Amount          int64    // fen
	BackURL         string   // where the merchant wants to be notified; may be empty
	FrontURL        string   // where the payer's browser goes afterwards; may be empty
	OpenID          string   // payer's openid, to send the same v2 order again
	ClientIP        string   // payer's address, for the same reason
	Trace           string   // W3C traceparent of the request that began the order, or ""

	State          translate.State
	PayID          string // the PayId, unique; empty unless the order is paid in the payer's browser
	FormAction     string // what the payer scans, opens or posts to
	PayData        string // wc_pay_data: JSON for the WeChat bridge, or ""
	GatewayNo      string // the gateway's own number
	GatewayMessage string // the gateway's message when it refused
	RefundNo       string // our number of the one refund, unique; empty until one is wanted

	// Late is that it was paid after it was closed or had failed, or that its refund came back
	// after it was done: its merchant was told that it is over, and never hears again that it is paid.
	Late bool

	CreatedAt time.Time
	SentAt    time.Time // when the pay call was about to leave
	SettledAt time.Time // when the order last became final
	PaidAt    time.Time // when the payer paid, by the gateway's word
	ExpiresAt time.Time // when an unpaid order is given up
	PurgedAt  time.Time // when all was forgotten but what the rules of money need, see [Purgeable]

	Next  time.Time // when the order needs its next step; zero for none
	Tries int       // steps taken on the current schedule
	Claim int64     // fence: counts who has held the order, 1 for who began it
}

// ForMerchant is the order as its merchant hears of it.
func (o Order) ForMerchant() translate.Order {
	return translate.Order{
		MerID: o.MerID, OrderID: o.OrderID, QueryID: o.QueryID, Action: v1.Action(o.Action), Amount: o.Amount,
		State: o.State, Late: o.Late, PaidAt: o.PaidAt, PayID: o.PayID, FormAction: o.FormAction, GatewayMessage: o.GatewayMessage,
	}
}

// Notify says what is done with a notification of the order that is due. Whoever tells a
// merchant that it is paid asks this, whatever the order's state.
func (o Order) Notify() translate.Notify { return translate.NotifyOf(o.State, o.Late) }

// ExpiryGrace is how long after its expiry an order may still turn out to be paid before
// it is given up: notices travel, clocks differ.
const ExpiryGrace = 5 * time.Minute

// PayableUntil is when an order can surely be paid no longer, by the gateway's clock too.
func (o Order) PayableUntil() time.Time { return o.ExpiresAt.Add(ExpiryGrace) }

// Payable reports whether the order's payer, who has been shown how to pay, can
// still do so at a time. An attempt that fails until then is not the last one: a
// payer whose card is declined takes another.
func (o Order) Payable(at time.Time) bool {
	return o.State == translate.Pending && at.Before(o.PayableUntil()) && o.TakesAttempts()
}

// TakesAttempts reports whether the order's payer may try more than once to pay it: that
// one attempt has failed says nothing of another then. A code that a merchant has scanned
// pays at once or not at all.
func (o Order) TakesAttempts() bool {
	rule, known := translate.RuleOf(v1.Action(o.Action))
	return known && !rule.MovesMoneyAtOnce()
}

// Update is what was learnt about an order. Members that are zero say nothing and
// leave the order's as they are.
type Update struct {
	State     translate.State
	At        time.Time // when it was learnt
	PaidAt    time.Time // for Paid; At when zero, or before 1970
	GatewayNo string
	// FormAction is what the payer is to be shown.
	FormAction     string
	PayData        string
	OpenID         string // the payer, learnt from WeChat after the order was begun
	GatewayMessage string
	// RefundNo is the number to refund by. It is needed with Refunding and with
	// Paid, because the payment may turn out to be one of a closed order. It is
	// stored when the order becomes Refunding; one that is stored stays.
	RefundNo string
	// Next is when the order needs its next step in its new state. When it is
	// zero, a final order has none, and one that is open keeps its step or, for
	// lack of one, gets it at once.
	Next   time.Time
	Source string // "answer", "query", "notice", "cancel", "expiry", "refund" or "operator"
	Claim  int64  // the claim that the caller holds; 0 for an update from elsewhere
	// Own says that the update is the caller's conclusion and not the gateway's word. It
	// can be overtaken, and contradicts nobody then.
	Own bool
	// Held is the order as the caller has it, who began, sent or claimed it. Where the
	// ledger has it in the same state and under the same claim still, the update is
	// judged by Held and the order is not read again. It changes nothing else.
	Held *Order
	// Takes makes the order's claim a new one, as sending does: whoever else had
	// read or claimed the order before has nothing more to say of it.
	Takes bool
	// Events is what happened on the way to this update, such as calls and their
	// answers, in order. It is written with the update, whatever the verdict. Each
	// event is about the same order as the update, and of At when it has no
	// time of its own.
	Events []Event
}
