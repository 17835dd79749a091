package bridge

import (
	"crypto/rand"
	"encoding/binary"
	"sync/atomic"
	"time"

	"github.com/paybridge/paybridge/translate"
)

// numbers draws the numbers that orders and messages are known by. The node is
// the ledger's count of starts, so that bridges beside each other and a bridge
// before and after a restart, perhaps within one second, do not meet. Should two
// orders get one number all the same, the ledger refuses the second and another
// is drawn.
type numbers struct {
	node   int
	orders atomic.Uint64
	flows  atomic.Uint64 // apart, so that flows have their 10,000 a second to themselves
}

// newNumbers starts the counters anywhere. Where the ledger could not say which
// start this is, chance says it.
func newNumbers(start int64, counted bool) *numbers {
	var b [24]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	random := func(i int) uint64 { return binary.BigEndian.Uint64(b[i:]) >> 1 }
	node := uint64(start) //nolint:gosec // a count
	if !counted {
		node = random(16)
	}
	n := &numbers{node: int(node % translate.Nodes)}
	n.orders.Store(random(0))
	n.flows.Store(random(8))
	return n
}

// orderNumbers are drawn together and belong together.
type orderNumbers struct {
	queryID string // v1 platform number
	orderNo string // v2 order number
}

func (n *numbers) order(prefix string, now time.Time) orderNumbers {
	queryID := translate.NewQueryID(n.node, now, n.orders.Add(1))
	return orderNumbers{queryID: queryID, orderNo: translate.NewOrderNo(prefix, queryID)}
}

func (n *numbers) flow(gatewayMerchant string, now time.Time) string {
	return translate.NewFlowNo(gatewayMerchant, n.node, now, n.flows.Add(1))
}

// payIDLength is what merchants' databases were built for (v1 §3.3).
const payIDLength = 32

// newPayID draws the opaque number under which the payer's browser finds its
// order. It is a secret in the payer's link, hence from crypto/rand.
func newPayID() string {
	return (rand.Text() + rand.Text())[:payIDLength]
}

// refund makes the number of an order's one refund. It follows from the order's
// number, so that there cannot be a second.
func (*numbers) refund(orderNo string) string { return refundPrefix + orderNo }

// refundPrefix tells a refund's number from its order's. With the longest order
// number of 32 characters it would be too long for v2, hence MaxOrderPrefix.
const refundPrefix = "R"
