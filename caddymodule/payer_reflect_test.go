package caddymodule

import (
	"fmt"
	"net/url"
	"testing"

	v1 "github.com/paybridge/paybridge/translate/v1"
)

// What a payer's browser is given with the merchant's signature is no request of
// the merchant's program: nobody refunds an order with it.
func TestPayersCannotCancel(t *testing.T) { // not parallel: one Caddy a process
	s := startPayerServer(t, "")
	s.gateway.answerPaid()
	payID := s.submitWxJsApi(t, aOrderID, `,"fronturl":"https://shop.example/done","openid":"`+payerOpenID+`"`)
	front, err := url.Parse(s.statusOf(t, payID).Next)
	if err != nil || front.Query().Get("resp") == "" {
		t.Fatalf("front return %v, %v", front, err)
	}
	returned := url.Values{"req": {front.Query().Get("resp")}, "sign": {front.Query().Get("sign")}}
	for name, form := range map[string]url.Values{
		"the signed front return": returned,
		"the link to gopay":       sealed(fmt.Sprintf(`{"merid":"89900001","orderid":%q,"code":%q}`, aOrderID, payID), signKey),
		"the link that submits":   sealed(wxJsApi(aOrderID, ""), signKey),
	} {
		t.Run(name, func(t *testing.T) {
			mustBeV1(t, s.postForm(t, "/api/cancel", form), v1.CodeBadRequest, signKey)
			if state := s.onRecord(t, "SELECT state FROM orders"); state != "paid" {
				t.Errorf("the order is %s", state)
			}
		})
	}
}
