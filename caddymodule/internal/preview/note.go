package preview

// Note is something that whoever reads a preview should know besides. It is a name: the
// words are with whoever shows it, since package shadow is built of this one, and words
// in two languages come with packages that can send.
type Note string

// The notes.
const (
	// NoAddress: the message names no address of the payer.
	NoAddress Note = "no_address"
	// NoOpenID: the payer's browser brings the openid, and the call waits for it.
	NoOpenID Note = "no_openid"
	// NotFinalOnly: only orders that are not final are asked about.
	NotFinalOnly Note = "not_final_only"
	// RefundOnly: a cancel of an order that is not paid is another call.
	RefundOnly Note = "refund_only"
	// NumbersOfAnswer: the numbers of the order are those of the answer.
	NumbersOfAnswer Note = "numbers_of_answer"
)

// Notes lists every note.
func Notes() []Note { return []Note{NoAddress, NoOpenID, NotFinalOnly, RefundOnly, NumbersOfAnswer} }
