package caddymodule

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
)

// While the gateway hangs, a page hears what is on record before it gives up on the answer:
// otherwise it would open WeChat's payment for an order that is closed.
func TestStatusWhileTheGatewayHangs(t *testing.T) { // not parallel: one Caddy a process
	s := startPayerServerWith(t, "timeouts {\n\t\t\tgateway 14s\n\t\t\treply 15s\n\t\t}", "")
	payID := s.submitWxJsApi(t, aOrderID, `,"openid":"`+payerOpenID+`"`)
	s.onRecord(t, "UPDATE orders SET state='closed', settled_at=created_at")
	released := make(chan struct{})
	defer close(released) // before the gateway is closed, which waits for its answers
	s.gateway.answerWith(func(http.ResponseWriter, *http.Request) { <-released })
	calls := s.gateway.posts()
	const answer = 10 * time.Second // ANSWER in status.js
	for _, path := range []string{inbound.StatusPath, inbound.ResultPath} {
		ctx, cancel := context.WithTimeout(t.Context(), answer)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+path+query("id", payID), nil)
		if err != nil {
			t.Fatal(err)
		}
		send(t, req).wants(t, http.StatusOK, map[string]string{inbound.StatusPath: `"state":"closed"`, inbound.ResultPath: "订单已关闭"}[path])
	}
	if s.gateway.posts() == calls {
		t.Error("the gateway was not asked")
	}
}
