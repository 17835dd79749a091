package caddymodule

import (
	"net/http"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
)

// A payer who may have paid an order is not told to pay again because its merchant was
// taken out of the configuration, with or without an old gateway, and may look again.
func TestPagesOfAMerchantTakenOut(t *testing.T) { // not parallel: one Caddy a process
	old := newSocketGateway(t, okAnswer)
	for name, more := range map[string]string{"alone": "", "beside": "old_gateway http://" + old.Address + "\ndefault_route v2"} {
		t.Run(name, func(t *testing.T) {
			s := startPayerServerWith(t, more, "jsapi hosted")
			payID := s.submitWxJsApi(t, aOrderID, "")
			s.onRecord(t, "UPDATE orders SET mer_id = '89900009'") // whom nobody has configured
			b, link := s.browser(), strings.Replace(payLinkOf(aOrderID, payID), "89900001", "89900009", 1)
			for more != "" { // until the bridge knows that the merchant has orders on v2
				if got, _, _ := s.exchange(t, "GET "+link+" HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", false); got.body != "ok" {
					break
				}
			}
			before := old.Posts.Load()
			for _, path := range []string{inbound.ResultPath, inbound.PayingPath} {
				address := path + query("id", payID)
				r := b.get(t, address)
				r.wants(t, http.StatusServiceUnavailable, "请不要重复支付")
				if at := offered(string(r.body)); at != address {
					t.Errorf("offers %q", at)
				}
			}
			b.get(t, inbound.StatusPath+query("id", payID)).wants(t, http.StatusServiceUnavailable, `"busy"`)
			r := b.get(t, link)
			if text := string(r.body); !strings.Contains(text, "请不要重复支付") || strings.Contains(text, "重新发起") {
				t.Errorf("the link to pay: %d %s", r.status, text)
			}
			if n := old.Posts.Load() - before; n != 0 {
				t.Errorf("the old gateway has heard of it %d times", n)
			}
			if more != "" && (r.status != http.StatusServiceUnavailable || offered(string(r.body)) != link) {
				t.Errorf("beside an old gateway: %d, offers %q", r.status, offered(string(r.body)))
			}
		})
	}
}
