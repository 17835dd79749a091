package tests

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"github.com/paybridge/paybridge/tests/sandbox/merchant"
)

// sendRaw sends a payment and returns the answer unread, for requests whose
// answer a merchant's program could not verify.
func sendRaw(t *testing.T, c *merchant.Client, path string, p merchant.Payment) []byte {
	t.Helper()
	members := map[string]any{
		"action": p.Action, "txnamt": p.Amount, "merid": c.MerchantID, "orderid": p.OrderID, "backurl": p.BackURL,
	}
	req, err := c.Dialect.Request(c.BaseURL, path, c.Key, members)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("status %d, %v", resp.StatusCode, err)
	}
	return body
}

// innerOf decodes {"resp","sign"} without verifying it.
func innerOf(t *testing.T, body []byte) map[string]any {
	t.Helper()
	var outer struct{ Resp, Sign string }
	if err := json.Unmarshal(body, &outer); err != nil {
		t.Fatal(err)
	}
	text, err := base64.StdEncoding.DecodeString(outer.Resp)
	if err != nil {
		t.Fatal(err)
	}
	var inner map[string]any
	if err := json.Unmarshal(text, &inner); err != nil {
		t.Fatal(err)
	}
	return inner
}

// lastPay is the body of the pay request that the gateway saw for an order.
func (w *world) lastPay(t *testing.T, reply *merchant.Reply) map[string]string {
	t.Helper()
	orderNo := reply.QueryID[1:]
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
