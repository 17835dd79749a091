package statement

import "time"

// Row is a line of a statement: a payment, a refund, or both.
type Row struct {
	Line      int
	Number    string // the order's, as the statement has it
	GatewayNo string // the gateway's own, "" if there is none; beside Number it only tells lines apart
	RefundNo  string // the refund's own, "" if there is none
	Merchant  string // the merchant's number, "" if there is none
	Pays      bool   // it tells of a payment, of Fen
	Refunds   bool   // it tells of a refund, of RefundFen
	// Either is set where an order is told of that was refunded, and the line may
	// mean the refund alone: it pays only if no other line of its order does.
	Either bool
	// PartRefunded is set where the state of a payment says that a part of it was given
	// back, and the line does not say how much.
	PartRefunded bool

	// Fen is the payment's amount. Where the line pays nothing it stands beside the refund,
	// whose number the line has: it may be the row of the payment all the same.
	Fen         int64
	RefundFen   int64
	State       State     // of the payment, where it tells of one; else of the refund
	RefundState State     // of the refund, "" where it tells of none
	At          time.Time // zero if there is no time
	DayOnly     bool      // At is the beginning of the day, since the line tells no more
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
