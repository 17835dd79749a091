package caddymodule

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// A burst of good notices is taken, whatever their number.
func TestNoticesInABurst(t *testing.T) { // not parallel: one Caddy a process
	s := startServer(t, "")
	mustBeV1(t, s.postForm(t, "/api/mpgateway", sealed(payJSON("T20261121000000001"), signKey)), v1.CodeOK, signKey)
	good := s.gateway.noticeForm(t, s.gateway.lastOrderNo(), "11", "19.99")
	var burst sync.WaitGroup
	for range 300 {
		burst.Go(func() { mustBePlain(t, s.postForm(t, inbound.NotifyPath, good), "success") })
	}
	burst.Wait()
}

// otherMerchant is one more merchant at the gateway.
const otherMerchant = "473053110002"

// withOtherMerchant adds it to a Caddyfile, with the keys of the first.
func withOtherMerchant(caddyfile string) string {
	return strings.Replace(caddyfile, "\t\tmerchant 89900001 {", fmt.Sprintf(`		merchant 89900002 {
			sign_key {env.PAYBRIDGE_TEST_SIGN_KEY}
			gateway_merchant %s
			private_key %q
			gateway_key %q
		}
		merchant 89900001 {`, otherMerchant, keyPath("merchant_private.pem"), keyPath("gateway_public.pem")), 1)
}

// Nobody's junk shuts out good notices, although all of them come from one
// address, as they do behind a load balancer that nobody has named.
func TestGoodNoticesAmongJunk(t *testing.T) { // not parallel: one Caddy a process
	s := startServerFrom(t, "", withOtherMerchant)
	goods := map[string]url.Values{}
	for i, merID := range []string{"89900001", "89900002"} {
		message := strings.Replace(payJSON(fmt.Sprintf("T2026112100000000%d", i)), "89900001", merID, 1)
		mustBeV1(t, s.postForm(t, "/api/mpgateway", sealed(message, signKey)), v1.CodeOK, signKey)
		good := s.gateway.noticeForm(t, s.gateway.lastOrderNo(), "11", "19.99")
		goods[merID] = good
		if merID == "89900002" {
			goods[merID] = s.gateway.noticeFormOf(t, otherMerchant, s.gateway.lastOrderNo(), "11", "19.99")
		}
	}
	changed := func(name, value string) url.Values {
		junk := url.Values{}
		for n := range goods["89900001"] {
			junk.Set(n, goods["89900001"].Get(n))
		}
		junk.Set(name, value)
		return junk
	}
	flip := func(text string) string {
		return text[:len(text)-2] + map[bool]string{true: "00", false: "01"}[text[len(text)-2:] != "00"]
	}
	for name, junk := range map[string]url.Values{
		"a signature of nobody":      changed("sign", strings.Repeat("0", len(goods["89900001"].Get("sign")))),
		"a session key of nobody":    changed("key_enc", flip(goods["89900001"].Get("key_enc"))),
		"another message":            changed("msg_enc", flip(goods["89900001"].Get("msg_enc"))),
		"an unknown merchant":        changed("merchant_id", "473053119999"),
		"nothing that is a form":     {"x": {"y"}},
		"the other merchant's name":  changed("merchant_id", otherMerchant),
		"the other's, a wrong order": s.gateway.noticeFormOf(t, otherMerchant, "O00000000", "11", "19.99"),
	} {
		t.Run(name, func(t *testing.T) {
			ctx, stop := context.WithCancel(t.Context())
			var flood sync.WaitGroup
			var posted atomic.Int64
			spent := make(chan struct{}) // every budget is
			for range 16 {
				flood.Go(func() {
					client := newClient(t)
					for ctx.Err() == nil {
						postJunk(ctx, client, s.url+inbound.NotifyPath, junk)
						if posted.Add(1) == 500 {
							close(spent)
						}
					}
				})
			}
			defer flood.Wait()
			defer stop()
			<-spent
			var senders sync.WaitGroup
			for _, good := range goods {
				for range 20 {
					senders.Go(func() { mustBePlain(t, s.postForm(t, inbound.NotifyPath, good), "success") })
				}
			}
			senders.Wait()
		})
	}
}

// postJunk sends a form and does not care what comes of it.
func postJunk(ctx context.Context, client *http.Client, address string, junk url.Values) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(junk.Encode()))
	if err != nil {
		panic(err) // a defect of the test
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := client.Do(req)
	if err == nil {
		_ = res.Body.Close()
	}
}
