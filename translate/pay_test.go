package translate

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"
	"time"

	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

func payCall() PayCall {
	return PayCall{
		TranCode: v2.TranPay, GatewayMerchant: testMerchant, OrderNo: testOrderNo,
		FlowNo: "47305311000120261121120000010001", NotifyURL: "https://pay.example.com/onepay/notify",
		Subject: "订单 {orderid}", ClientIP: "198.51.100.7",
		Now: noon, Expires: noon.Add(2 * time.Hour),
	}
}

// TestPayRequest compares every member of the OP1001 of every action. What is
// not named here goes out as "".
func TestPayRequest(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		action                         v1.Action
		channel, mode                  string
		authCode, wxIsRaw, wxSubOpenID string
	}{
		{v1.WxCode, "00", "01", "134567890123456789", "", ""},
		{v1.WxSao, "00", "00", "", "", ""},
		{v1.WxJsApi, "00", "02", "", "1", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"},
		{v1.WxH5, "00", "05", "", "", ""},
		{v1.AliCode, "01", "01", "134567890123456789", "", ""},
		{v1.AliSao, "01", "00", "", "", ""},
		{v1.AliWap, "01", "05", "", "", ""},
		{v1.QQCode, "02", "01", "134567890123456789", "", ""},
		{v1.QQSao, "02", "00", "", "", ""},
		{v1.USao, "05", "00", "", "", ""},
	} {
		t.Run(string(c.action), func(t *testing.T) {
			t.Parallel()
			head, body := payRequest(t, request(c.action), payCall())
			wantHead := v2.Head{
				MerchantID: testMerchant, TranTime: "20261121120000",
				TranFlowID: "47305311000120261121120000010001", TranCode: v2.TranPay,
			}
			if head != wantHead {
				t.Errorf("head %+v, want %+v", head, wantHead)
			}
			wantBody := v2.PayRequest{
				PayChannel: c.channel, PayMode: c.mode, OrderID: testOrderNo, TotalAmt: "19.99",
				Subject: "订单 T20261121000000001", Body: "订单 T20261121000000001", SpbillCreateIP: "203.0.113.9",
				NotifyURL: "https://pay.example.com/onepay/notify", ExpireTime: "20261121140000",
				AuthCode: c.authCode, WxIsRaw: c.wxIsRaw, WxSubOpenID: c.wxSubOpenID,
			}
			if body != wantBody {
				t.Errorf("body %+v, want %+v", body, wantBody)
			}
			checkMembers(t, head, body)
		})
	}
}

func payRequest(t *testing.T, p v1.PayRequest, call PayCall) (v2.Head, v2.PayRequest) {
	t.Helper()
	rule, err := RuleFor(p)
	if err != nil {
		t.Fatal(err)
	}
	return BuildPayRequest(p, rule, call)
}

// payMembers are the members of OP1001 (v2 in the field). All of them must be
// sent, with or without something to say.
var payMembers = []string{
	"attach", "authCode", "body", "deviceInfo", "exprieTime", "goodsTag", "js_code", "notifyUrl", "orderId", "payChannel",
	"payMode", "productId", "spbillCreatIp", "subAppId", "subject", "totalAmt", "userId", "wxCallbackUrl", "wxIsRaw", "wxSubOpenid",
}

// checkMembers writes the request and looks for every member that the interface
// has.
func checkMembers(t *testing.T, head v2.Head, body v2.PayRequest) {
	t.Helper()
	text, err := body.Marshal(head)
	if err != nil {
		t.Fatal(err)
	}
	var got struct{ Head, Body map[string]string }
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if names := slices.Sorted(maps.Keys(got.Body)); !slices.Equal(names, payMembers) {
		t.Errorf("members %q, want %q", names, payMembers)
	}
	if got.Head["version"] != "2.0.0" || got.Head["tranType"] != "01" {
		t.Errorf("head %q", got.Head)
	}
	if got.Body["totalAmt"] != body.TotalAmt || got.Body["authCode"] != body.AuthCode || got.Body["spbillCreatIp"] != body.SpbillCreateIP {
		t.Errorf("body %q", got.Body)
	}
}

func TestPayRequestNamesPayer(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, ip, client, want string }{
		{"named by the merchant", "203.0.113.9", "198.51.100.7", "203.0.113.9"},
		{"not named", "", "198.51.100.7", "198.51.100.7"},
		{"named in words", "unknown", "198.51.100.7", "198.51.100.7"},
		{"IPv6", "2001:DB8::1", "", "2001:db8::1"},
		{"IPv4 in IPv6", "", "::ffff:198.51.100.7", "198.51.100.7"},
		{"zone is left out", `fe80::1%"eth0`, "", "fe80::1"},
		{"nobody knows", "", "@", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p, call := request(v1.WxSao), payCall()
			p.IP, call.ClientIP = c.ip, c.client
			if _, body := payRequest(t, p, call); body.SpbillCreateIP != c.want {
				t.Errorf("%q, want %q", body.SpbillCreateIP, c.want)
			}
		})
	}
}

// Without an openid the payer's own call to WeChat is not announced.
func TestPayRequestWithoutOpenID(t *testing.T) {
	t.Parallel()
	p := request(v1.WxJsApi)
	p.OpenID = ""
	head, body := payRequest(t, p, payCall())
	if body.WxIsRaw != "" || body.WxSubOpenID != "" {
		t.Errorf("raw %q, openid %q", body.WxIsRaw, body.WxSubOpenID)
	}
	checkMembers(t, head, body)
}
