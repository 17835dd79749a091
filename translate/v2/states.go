package v2

// TranState is the state of a payment as the gateway tells it.
type TranState string

// The states of a payment.
const (
	TranAccepted   TranState = "10"
	TranSuccess    TranState = "11"
	TranProcessing TranState = "12" // also: a code is shown and nobody has paid yet
	TranFailed     TranState = "13"
)

// meaning is what a state says about money.
type meaning struct {
	final bool // will not change
	moved bool // the money has moved
}

var tranStates = map[TranState]meaning{
	TranAccepted:   {},
	TranSuccess:    {final: true, moved: true},
	TranProcessing: {},
	TranFailed:     {final: true},
}

// Known reports whether the state is on the gateway's page.
func (s TranState) Known() bool { _, known := tranStates[s]; return known }

// Final reports whether the state will not change. No unknown state is final.
func (s TranState) Final() bool { return tranStates[s].final }

// Paid reports whether the payer's money has moved.
func (s TranState) Paid() bool { return tranStates[s].moved }

// RefundState is the state of a refund as the gateway tells it.
type RefundState string

// The states of a refund.
const (
	RefundAccepted   RefundState = "30"
	RefundSuccess    RefundState = "31"
	RefundProcessing RefundState = "32"
	RefundFailed     RefundState = "33"
	RefundReviewing  RefundState = "34" // waits for a person
	RefundCardFailed RefundState = "35" // failed to reach the original card
	RefundRejected   RefundState = "36"
)

var refundStates = map[RefundState]meaning{
	RefundAccepted:   {},
	RefundSuccess:    {final: true, moved: true},
	RefundProcessing: {},
	RefundFailed:     {final: true},
	RefundReviewing:  {},
	RefundCardFailed: {final: true},
	RefundRejected:   {final: true},
}

// Known reports whether the state is on the gateway's page.
func (s RefundState) Known() bool { _, known := refundStates[s]; return known }

// Final reports whether the state will not change. No unknown state is final.
func (s RefundState) Final() bool { return refundStates[s].final }

// Refunded reports whether the payer has the money back.
func (s RefundState) Refunded() bool { return refundStates[s].moved }
