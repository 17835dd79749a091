package tests

import (
	"encoding/json"
	"testing"

	"github.com/paybridge/paybridge/tests/sandbox/merchant"
)

// lastPay is the body of the pay request that the gateway saw for an order.
func (w *world) lastPay(t *testing.T, reply *merchant.Reply) map[string]string {
	t.Helper()
	orderNo := reply.OrderNo()
	exchanges := w.gateway.Exchanges()
	for i := len(exchanges) - 1; i >= 0; i-- {
		var message struct{ Body map[string]string }
		if err := json.Unmarshal([]byte(exchanges[i].Plaintext), &message); err != nil {
			t.Fatal(err)
		}
		if message.Body["orderId"] == orderNo && exchanges[i].TranCode == "OP1001" {
			return message.Body
		}
	}
	t.Fatalf("the gateway saw no pay request for %s", orderNo)
	return nil
}
