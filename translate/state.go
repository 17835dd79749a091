package translate

// State is where an order stands. Orders move forward only:
//
//	begun → sent → pending | in_doubt → paid | failed | closed
//	paid → refunding → refunded | refund_failed → refunded
//
// An order that is closed or failed, so that its merchant may have been told that
// nobody will pay it, goes to refunding when it turns out to be paid after all:
// the money goes back and the merchant never hears of it as paid. Two steps lead back, and neither can hide money: from sent to begun when surely nothing
// left the bridge, and from in_doubt to sent when an order that only shows a
// code is sent again under its one number.
type State string

// The states of an order. The texts are stored and shown to operators.
const (
	Begun        State = "begun"         // recorded; nothing has left for the gateway
	Sent         State = "sent"          // the pay call may have left; no answer recorded yet
	Pending      State = "pending"       // the gateway knows the order, the payer has not paid
	InDoubt      State = "in_doubt"      // no trustworthy answer; only a query or a notice settles it
	Paid         State = "paid"          // the gateway confirmed the payment
	Failed       State = "failed"        // the gateway refused or failed the payment, finally
	Closed       State = "closed"        // cancelled or expired before it was paid
	Refunding    State = "refunding"     // a refund number is stored, its outcome is open
	Refunded     State = "refunded"      // the gateway confirmed the refund
	RefundFailed State = "refund_failed" // the gateway refused the refund, finally
)

// Verdict says what becomes of news about an order.
type Verdict int

// The verdicts. Applied and LatePayment change the order, the others do not.
const (
	Applied       Verdict = iota // a step forward: take it
	Repeated                     // tells what is known already: count and ignore
	Late                         // tells of a step behind the order's state: count and ignore
	LatePayment                  // a closed or failed order was paid: refund it
	Contradicted                 // denies what was final: keep aside and raise an alarm
	FailedAttempt                // a payer's attempt failed and another may succeed: count and ignore
)

// String returns the verdict as metrics and logs name it.
func (v Verdict) String() string { return verdictNames[v] }

var verdictNames = map[Verdict]string{
	Applied:      "applied",
	Repeated:     "repeated",
	Late:         "late",
	LatePayment:  "late_payment",
	Contradicted: "contradicted",

	FailedAttempt: "failed_attempt",
}

// life lists, for each state, what news of another state means. News that is
// not listed is Late: it tells of a step that the order has left behind.
var life = map[State]map[State]Verdict{
	Begun:   {Sent: Applied, Pending: Applied, InDoubt: Applied, Paid: Applied, Failed: Applied, Closed: Applied},
	Sent:    {Begun: Applied, Pending: Applied, InDoubt: Applied, Paid: Applied, Failed: Applied, Closed: Applied},
	Pending: {Paid: Applied, Failed: Applied, Closed: Applied},
	InDoubt: {Sent: Applied, Pending: Applied, Paid: Applied, Failed: Applied, Closed: Applied},
	Paid:    {Refunding: Applied, Failed: Contradicted, Closed: Contradicted},
	Failed:  {Paid: LatePayment},
	Closed:  {Paid: LatePayment},

	Refunding:    {Refunded: Applied, RefundFailed: Applied, Failed: Contradicted},
	Refunded:     {RefundFailed: Contradicted, Failed: Contradicted},
	RefundFailed: {Refunded: Applied, Failed: Contradicted}, // and Refunding, by who tries it again
}

// Judge says what news that an order is now in state to means for an order in
// state from. That a payment failed while its payer can still pay is a
// [FailedAttempt], which the states alone do not show.
func Judge(from, to State) Verdict {
	if from == to {
		return Repeated
	}
	if v, ok := life[from][to]; ok {
		return v
	}
	return Late
}

// Final reports whether nothing more is expected to happen to an order by
// itself. Paid is final in this sense: only a cancel moves it on.
func (s State) Final() bool {
	switch s {
	case Paid, Failed, Closed, Refunded, RefundFailed:
		return true
	}
	return false
}

// Known reports whether s is one of the states above.
func (s State) Known() bool { _, ok := life[s]; return ok }
