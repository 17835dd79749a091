package v2

import (
	"slices"
	"strings"
)

// Trace is what a message names, for a person who has to find out about it. Each
// member is as received; where the message names one thing in several ways that
// differ, they all stand here.
type Trace struct {
	OrderNo   string // our order number
	RefundNo  string // our number of the refund
	GatewayNo string // the gateway's own number
	State     string
	Amount    string // yuan
}

// maxTraced is the longest value that a trace keeps, in characters.
const maxTraced = 64

// Trace reads what the body names, whatever contradicts what.
func (m Message) Trace() Trace {
	return Trace{
		OrderNo:   m.named("merOrderId", "oriMerOrderId", "orderId", "orderNo"),
		RefundNo:  m.named("merRefundFlowId"),
		GatewayNo: m.named("jytOrderId", "refundTranFlow"),
		State:     m.named("refundState", "tranState", "state"),
		Amount:    m.named("totalAmt", "refundAmt", "tranAmt"),
	}
}

// named is what stands under some names in the body, each value once.
func (m Message) named(names ...string) string {
	var values []string
	for _, name := range names {
		value := []rune(m.body.Get(name).String())
		text := string(value[:min(len(value), maxTraced)])
		if text != "" && !slices.Contains(values, text) {
			values = append(values, text)
		}
	}
	return strings.Join(values, " / ")
}
