package caddymodule

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// noticeRefused is what the gateway reads of a notice that was not taken.
const noticeRefused = "fail"

// mustBePlain insists on an answer to the gateway: status 200 and one word.
func mustBePlain(t *testing.T, r reply, want string) {
	t.Helper()
	if r.status != http.StatusOK || string(r.body) != want || r.header.Get("Content-Type") != "text/plain; charset=utf-8" {
		t.Errorf("answer %d %q %q, want 200 and %q", r.status, r.header.Get("Content-Type"), r.body, want)
	}
}

// noticeForm is a notice of the gateway about an order, signed and encrypted.
func (g *fakeGateway) noticeForm(t *testing.T, orderNo, state, yuan string) url.Values {
	t.Helper()
	return g.noticeFormOf(t, gatewayMerchant, orderNo, state, yuan)
}

// noticeFormOf is one of another merchant at the gateway.
func (g *fakeGateway) noticeFormOf(t *testing.T, merchant, orderNo, state, yuan string) url.Values {
	t.Helper()
	plain, err := json.Marshal(map[string]any{
		"head": map[string]string{"merchantId": merchant, "tranType": "01", "tranTime": "20261121101112", "version": "2.0.0"},
		"body": map[string]string{"merOrderId": orderNo, "state": state, "totalAmt": yuan},
	})
	if err != nil {
		t.Fatal(err)
	}
	e, err := g.codec.Seal(merchant, orderNo, plain)
	if err != nil {
		t.Fatal(err)
	}
	return url.Values{"merchant_id": {e.MerchantID}, "msg_enc": {e.MsgEnc}, "key_enc": {e.KeyEnc}, "sign": {e.Sign}}
}

// lastOrderNo is the v2 number of the last order that the gateway saw.
func (g *fakeGateway) lastOrderNo() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.forms[len(g.forms)-1]
}

func TestNotices(t *testing.T) { // not parallel: one Caddy a process
	s := startServer(t, "")
	mustBeV1(t, s.postForm(t, "/api/mpgateway", sealed(payJSON("T20261121000000001"), signKey)), v1.CodeOK, signKey)
	orderNo := s.gateway.lastOrderNo()
	query := func(t *testing.T, resultcode string) {
		t.Helper()
		message := mustBeV1(t, s.postForm(t, "/api/query", sealed(`{"merid":"89900001","orderid":"T20261121000000001"}`, signKey)), v1.CodeOK, signKey)
		if message["resultcode"] != resultcode {
			t.Errorf("resultcode %v, want %s", message["resultcode"], resultcode)
		}
	}

	// In this order: the order is paid at the end.
	damaged := s.gateway.noticeForm(t, orderNo, "11", "19.99")
	damaged.Set("sign", strings.Repeat("0", len(damaged.Get("sign"))))
	good := s.gateway.noticeForm(t, orderNo, "11", "19.99")
	for _, step := range []struct {
		name       string
		form       url.Values
		want       string
		resultcode string // what a query hears afterwards
	}{
		{"nothing", url.Values{}, noticeRefused, "1001"},
		{"bad signature", damaged, noticeRefused, "1001"},
		{"another amount", s.gateway.noticeForm(t, orderNo, "11", "1999.00"), noticeRefused, "1001"},
		{"unknown order", s.gateway.noticeForm(t, "O00000000", "11", "19.99"), noticeRefused, "1001"},
		{"not paid yet", s.gateway.noticeForm(t, orderNo, "12", "19.99"), "success", "1001"},
		{"paid", good, "success", "0000"},
		{"paid, once more", good, "success", "0000"},
	} {
		t.Run(step.name, func(t *testing.T) {
			mustBePlain(t, s.postForm(t, inbound.NotifyPath, step.form), step.want)
			query(t, step.resultcode)
		})
	}
}

func TestNoticeAsMultipart(t *testing.T) { // not parallel: one Caddy a process
	s := startServer(t, "")
	mustBeV1(t, s.postForm(t, "/api/mpgateway", sealed(payJSON("T20261121000000001"), signKey)), v1.CodeOK, signKey)
	form := s.gateway.noticeForm(t, s.gateway.lastOrderNo(), "11", "19.99")
	contentType, body := unquotedMultipart(form)
	mustBePlain(t, s.post(t, "/OnePay/notify/", contentType, strings.NewReader(body)), "success")
	mustBePlain(t, s.post(t, inbound.NotifyPath+"?"+form.Encode(), contentType, nil), "success") // in the query, with no body
}
