package translate

import (
	"fmt"
	"strings"
	"time"
)

// Nodes is how many bridges can draw numbers beside each other; a node is
// 0 … Nodes-1.
const Nodes = 1000

// NewQueryID makes the v1 platform number of an order in the form of the old
// gateway: "H", three digits, the Beijing time, eight digits (26 characters).
// The three digits are the node; seq is a counter of that node, so that two
// numbers differ unless one node draws 10^8 numbers within one second.
func NewQueryID(node int, at time.Time, seq uint64) string {
	return fmt.Sprintf("H%03d%s%08d", node%Nodes, FormatWireTime(at), seq%1e8)
}

// MaxOrderPrefix is the longest order prefix, in characters: what v2 numbers of 32
// characters leave beside the 25 digits of the query id and the R of a refund.
const MaxOrderPrefix = 6

// NewOrderNo makes the v2 order number that belongs to a query id: the digits of
// the one behind the operator's prefix, so that the two can be told from each
// other at a glance and found from each other without the ledger.
func NewOrderNo(prefix, queryID string) string { return prefix + strings.TrimPrefix(queryID, "H") }

// NewFlowNo makes a v2 tranFlowid as the gateway advises: the merchant number
// (12), the Beijing time (14) and six digits, here two for the node and four
// for its counter: two numbers of a node differ unless it draws 10^4 of them
// within one second. A number that repeats is refused by the gateway as such,
// which leaves an order in doubt and no money lost.
func NewFlowNo(gatewayMerchant string, node int, at time.Time, seq uint64) string {
	return fmt.Sprintf("%s%s%02d%04d", gatewayMerchant, FormatWireTime(at), node%100, seq%1e4)
}
