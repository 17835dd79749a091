package caddymodule

import (
	"fmt"
	"html"
	"net/http"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
)

const aOrderID = "T20261121000000001"

// goPayJSON is what merchants sign into the link of an order.
func goPayJSON(payID string) string {
	return fmt.Sprintf(`{"merid":"89900001","orderid":%q,"code":%q}`, aOrderID, payID)
}

// TestRawPayment: the payer of an order without an openid goes to WeChat, the
// gateway is called once, and reloading any page is harmless.
func TestRawPayment(t *testing.T) { // not parallel: one Caddy a process
	s := startPayerServer(t, "")
	payID := s.submitWxJsApi(t, aOrderID, `,"fronturl":"https://shop.example/done?a=1"`)
	link := payLinkOf(aOrderID, payID)
	b := s.browser()
	b.get(t, inbound.ResultPath+query("id", payID)).wants(t, http.StatusOK, "正在确认支付结果")
	back := b.toWeChat(t, s, signedLinkOf(inbound.GoPayPath, goPayJSON(payID)))
	if n := s.gateway.posts(); n != 0 {
		t.Fatalf("the gateway saw %d requests before the payer was known", n)
	}
	b.get(t, strings.Split(back, "&")[0]).goesTo(t, inbound.GoPayPath) // without code and state
	for range 2 {                                                      // the second time with a used code
		if to := b.get(t, back).goesTo(t, inbound.GoPayPath).String(); to != link {
			t.Fatalf("goes to %s, want %s", to, link)
		}
	}
	for _, address := range []string{link, link, link + "&sign=", link + "&req=&sign=stray", signedLinkOf(inbound.GoPayPath, goPayJSON(payID))} {
		b.get(t, address).wants(t, http.StatusOK, html.EscapeString(`"paySign":"canarypaysign"`))
	}
	if n, asked := s.gateway.posts(), len(s.wechat.tokens()); n != 1 || asked != 1 {
		t.Errorf("%d calls of the gateway and %d of WeChat, want one each", n, asked)
	}
	if got := s.statusOf(t, payID); got.State != "open" || got.Next != "" {
		t.Errorf("status %+v", got)
	}
	s.mustTellNobody(t)
}

// TestPaidOrders: whose order is paid goes on to the merchant, or is told so.
func TestPaidOrders(t *testing.T) { // not parallel: one Caddy a process
	s := startPayerServer(t, "")
	s.gateway.answerPaid()
	for orderID, test := range map[string]struct {
		front, next string
		status      int
		says        string
	}{
		"T20261121000000001": {`,"fronturl":"https://shop.example/done?a=1#x"`, "https://shop.example/done?a=1&resp=", http.StatusOK, "支付成功"},
		"T20261121000000002": {"", "", http.StatusConflict, "订单已支付"},
	} {
		payID := s.submitWxJsApi(t, orderID, test.front+`,"openid":"`+payerOpenID+`"`)
		for range 2 {
			s.browser().get(t, payLinkOf(orderID, payID)).wants(t, test.status, test.says)
		}
		got := s.statusOf(t, payID)
		if got.State != "paid" || !strings.HasPrefix(got.Next, test.next) || (test.next == "") != (got.Next == "") {
			t.Errorf("status %+v", got)
		}
		s.browser().get(t, inbound.ResultPath+query("id", payID)).wants(t, http.StatusOK, "支付成功")
	}
	if n := s.gateway.posts(); n != 2 {
		t.Errorf("the gateway saw %d requests for two orders", n)
	}
}

// TestHostedPayment: the page is a form for the gateway, each time another
// message about the same order.
func TestHostedPayment(t *testing.T) { // not parallel: one Caddy a process
	s := startPayerServer(t, "jsapi hosted")
	payID := s.submitWxJsApi(t, aOrderID, "")
	for range 2 {
		r := s.browser().get(t, payLinkOf(aOrderID, payID))
		r.wants(t, http.StatusOK, `action="`+s.gateway.URL+`/onePayService/onePay.do"`)
		r.wants(t, http.StatusOK, `name="msg_enc"`)
	}
	if n := s.gateway.posts(); n != 0 {
		t.Errorf("the bridge itself called the gateway %d times", n)
	}
}

// TestOtherBrowsers are shown a code to scan, of a link that WeChat can open.
func TestOtherBrowsers(t *testing.T) { // not parallel: one Caddy a process
	s := startPayerServer(t, "")
	payID := s.submitWxJsApi(t, aOrderID, "")
	known := s.submitWxJsApi(t, "T20261121000000002", `,"openid":"`+payerOpenID+`"`)
	calls := s.gateway.posts()
	for name, test := range map[string]struct{ address, link string }{
		"plain":        {payLinkOf(aOrderID, payID), payLinkOf(aOrderID, payID)},
		"signed":       {signedLinkOf(inbound.GoPayPath, goPayJSON(payID)), payLinkOf(aOrderID, payID)},
		"openid known": {payLinkOf("T20261121000000002", known), payLinkOf("T20261121000000002", known)},
		"openid.html":  {openIDLink(shopURL), openIDLink(shopURL) + "&payway="},
	} {
		t.Run(name, func(t *testing.T) {
			b := s.browser()
			b.agent = "Mozilla/5.0 (Windows NT 10.0) Chrome/140"
			r := b.get(t, test.address)
			r.wants(t, http.StatusOK, "请在微信中打开")
			r.wants(t, http.StatusOK, html.EscapeString("https://pay.example.com"+test.link))
		})
	}
	if n := s.gateway.posts(); n != calls {
		t.Errorf("the gateway saw %d requests more", n-calls)
	}
}

func TestGatewayLink(t *testing.T) { // not parallel: one Caddy a process
	s := startPayerServer(t, "")
	message := strings.Replace(wxJsApi(aOrderID, ""), `"action":"WxJsApi",`, "", 1)
	link := signedLinkOf(inbound.WxGatewayPath, message)
	first := s.browser().get(t, link).goesTo(t, inbound.GoPayPath)
	again := s.browser().get(t, link).goesTo(t, inbound.GoPayPath)
	if first.String() != again.String() || first.Query().Get("orderid") != aOrderID || len(first.Query().Get("code")) != 32 {
		t.Errorf("goes to %s, then to %s", first, again)
	}
	s.browser().toWeChat(t, s, first.String())
	for name, test := range map[string]struct {
		address string
		status  int
		says    string
	}{
		"other contents":   {signedLinkOf(inbound.WxGatewayPath, strings.Replace(message, "1999", "2000", 1)), http.StatusConflict, "订单信息不一致"},
		"another action":   {signedLinkOf(inbound.WxGatewayPath, strings.Replace(wxJsApi("T20261121000000009", ""), "WxJsApi", "WxSao", 1)), http.StatusConflict, "这笔订单不能在此付款"},
		"no such amount":   {signedLinkOf(inbound.WxGatewayPath, strings.Replace(message, "1999", "0", 1)), http.StatusBadRequest, "支付链接不完整"},
		"no signature":     {inbound.WxGatewayPath + query("req", "e30"), http.StatusBadRequest, "支付链接不完整"},
		"a wrong one":      {link + "0", http.StatusForbidden, "支付链接无法验证"},
		"unknown merchant": {signedLinkOf(inbound.WxGatewayPath, strings.Replace(message, "89900001", "89900009", 1)), http.StatusNotFound, "找不到商户"},
		"nothing":          {inbound.WxGatewayPath, http.StatusBadRequest, "支付链接不完整"},
	} {
		t.Run(name, func(t *testing.T) { s.browser().get(t, test.address).wants(t, test.status, test.says) })
	}
	if n := s.gateway.posts(); n != 0 {
		t.Errorf("the gateway saw %d requests", n)
	}
}

// TestFormsAreLinks: merchants' pages POST to our links, with the parameters in
// the address or in the form.
func TestFormsAreLinks(t *testing.T) { // not parallel: one Caddy a process
	s := startPayerServer(t, "jsapi hosted")
	payID := s.submitWxJsApi(t, aOrderID, "")
	link := payLinkOf(aOrderID, payID)
	path, form, _ := strings.Cut(link, "?")
	b := s.browser()
	b.open(t, http.MethodPost, link, http.NoBody).wants(t, http.StatusOK, "前往支付页面")
	b.open(t, http.MethodPost, path, strings.NewReader(form)).wants(t, http.StatusOK, "前往支付页面")
	b.open(t, http.MethodHead, link, nil).wants(t, http.StatusOK, "")
	for _, method := range []string{http.MethodPut, http.MethodDelete, http.MethodOptions} {
		r := b.open(t, method, link, nil)
		r.wants(t, http.StatusMethodNotAllowed, "无法这样打开此页面")
		if got := r.header.Get("Allow"); got != "GET, HEAD, POST" {
			t.Errorf("Allow: %q", got)
		}
	}
	b.get(t, link+"&x="+strings.Repeat("a", inbound.MaxPageForm)).wants(t, http.StatusBadRequest, "支付链接不完整")
	b.get(t, "/test/panic.html").wants(t, http.StatusInternalServerError, "出现了问题")
	b.get(t, inbound.StatusPath+query("id", payID[1:])).wants(t, http.StatusNotFound, `{"error":"unknown_order"}`)
}

func TestMerchantWithoutAccount(t *testing.T) { // not parallel: one Caddy a process
	s := &payerServer{server: startServerWith(t, "", "jsapi raw\n\t\t\tredirect_hosts "+shopHost)}
	payID := s.submitWxJsApi(t, aOrderID, "")
	for _, link := range []string{payLinkOf(aOrderID, payID), openIDLink(shopURL)} {
		s.browser().get(t, link).wants(t, http.StatusNotFound, "商户暂不支持微信支付")
	}
}
