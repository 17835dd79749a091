package statement

import "time"

// Row is a line of a statement: a payment, a refund, or both.
type Row struct {
	Line     int
	Number   string // the order's, as the statement has it
	RefundNo string // the refund's own, "" if there is none
	Merchant string // the merchant's number, "" if there is none
	Pays     bool   // it tells of a payment, of Fen
	Refunds  bool   // it tells of a refund, of RefundFen
	// Either is set where an order is told of that was refunded, and the line may
	// mean the refund alone: it pays only if no other line of its order does.
	Either      bool
	Fen         int64
	RefundFen   int64
	State       State     // of the payment, where it tells of one; else of the refund
	RefundState State     // of the refund, "" where it tells of none
	At          time.Time // zero if there is no time
}

// State is how far a payment or a refund has come.
type State string

// The states of a line. A statement without a column for the state lists what has
// succeeded.
const (
	Succeeded  State = "succeeded"
	Processing State = "processing" // not certain yet
	Failed     State = "failed"     // failed, closed or cancelled: no money moved
)
