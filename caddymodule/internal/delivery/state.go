package delivery

import "github.com/paybridge/paybridge/translate"

// verdict says whether an order that owes a notification may be notified now.
type verdict int

const (
	send     verdict = iota
	wait             // whether the payment stands is open
	withhold         // the payment was given back; telling of it now would credit it
)

// orderVerdict judges the state of an order. A notification is created when an
// order is paid, but a cancel may come before the merchant has acknowledged it:
// the merchant is told "00", closes the order, and must not hear 0000 after
// that. A refund that failed leaves the payment with the merchant.
func orderVerdict(s translate.State) verdict {
	switch s {
	case translate.Paid, translate.RefundFailed:
		return send
	case translate.Refunding:
		return wait
	}
	return withhold
}
