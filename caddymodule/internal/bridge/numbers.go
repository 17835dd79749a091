package bridge

import (
	"crypto/rand"
	"encoding/binary"
	"sync/atomic"
	"time"

	"github.com/paybridge/paybridge/translate"
)

// numbers draws the numbers that an order is known by. The node and the start
// of the counter are drawn by chance, so that bridges beside each other and a
// bridge before and after a restart do not meet; should they all the same, the
// ledger refuses the second order and another number is drawn.
type numbers struct {
	node   int
	orders atomic.Uint64
	flows  atomic.Uint64 // apart, so that flows have their 10,000 a second to themselves
}

func newNumbers() *numbers {
	var b [10]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	n := &numbers{node: int(binary.BigEndian.Uint16(b[8:])) % translate.Nodes}
	n.orders.Store(binary.BigEndian.Uint64(b[:8]) >> 1)
	return n
}

// orderNumbers are drawn together and belong together.
type orderNumbers struct {
	queryID string // v1 platform number
	orderNo string // v2 order number
}

func (n *numbers) order(prefix string, now time.Time) orderNumbers {
	queryID := translate.QueryID(n.node, now, n.orders.Add(1))
	return orderNumbers{queryID: queryID, orderNo: translate.OrderNo(prefix, queryID)}
}

func (n *numbers) flow(gatewayMerchant string, now time.Time) string {
	return translate.FlowNo(gatewayMerchant, n.node, now, n.flows.Add(1))
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
