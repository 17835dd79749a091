package ledger

import (
	"testing"

	"github.com/paybridge/paybridge/translate"
)

// A run of a function whose commit went through and whose answer was lost is run
// once more. What another bridge did in between must not pass for its own.
func TestRerunMistakesNobodyElsesWork(t *testing.T) {
	t.Parallel()
	const read = 4 // the claim that everybody has read
	for name, c := range map[string]struct {
		now    Order
		update Update
		want   translate.Verdict
	}{
		"another took the order to send it": {
			Order{State: translate.Sent, Claim: read + 1}, Update{State: translate.Sent, Claim: read}, translate.Repeated,
		},
		"our own step": {
			Order{State: translate.Pending, Claim: read}, Update{State: translate.Pending, Claim: read}, translate.Applied,
		},
		"told again that it is paid, while a cancel has it refunded": {
			Order{State: translate.Refunding, RefundNo: "R1"}, Update{State: translate.Paid, RefundNo: "R1"}, translate.Late,
		},
		"our own late payment": {
			Order{State: translate.Refunding, RefundNo: "R1", Late: true}, Update{State: translate.Paid, RefundNo: "R1"}, translate.LatePayment,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := judge(c.now, c.update, true); got != c.want {
				t.Errorf("judged %v, want %v", got, c.want)
			}
		})
	}
	sent := forward(Order{State: translate.InDoubt, Claim: read}, Update{State: translate.Sent, Claim: read}, translate.Sent)
	if sent.Claim != read+1 {
		t.Errorf("who took the order holds claim %d, which everybody has read", sent.Claim)
	}
}
