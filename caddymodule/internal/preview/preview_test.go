package preview_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/paybridge/paybridge/caddymodule/internal/preview"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

func settings() preview.Settings {
	return preview.Settings{
		GatewayMerchant: "473053110001", NotifyURL: "https://pay.example.com/onepay/notify", OrderPrefix: "BJ1",
		Subject: "order {orderid}", Expiry: 2 * time.Hour, Pay: "OP1001", Query: "OP2001", Refund: "OP1003",
		Now: time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC),
	}
}

const (
	scanned = `{"action":"WxCode","txnamt":"1999","merid":"89900001","orderid":"T20261121000000001","code":"280000000000canary1","backurl":"http://shop.example/n"}`
	shown   = `{"action":"WxSao","txnamt":"1999","merid":"89900001","orderid":"T20261121000000001","ip":"203.0.113.9","backurl":"http://shop.example/n"}`
	inWx    = `{"action":"WxJsApi","txnamt":"1999","merid":"89900001","orderid":"T20261121000000001","openid":"oCanary","backurl":"http://shop.example/n"}`
	lookup  = `{"merid":"89900001","orderid":"T20261121000000001"}`
)

func TestRequest(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		iface, message string
		want           map[string]string
	}{
		"code shown": {preview.Pay, shown, map[string]string{
			"head.tranCode": "OP1001", "head.merchantId": "473053110001", "head.tranTime": "20261122120000",
			"body.payMode": "00", "body.totalAmt": "19.99", "body.subject": "order T20261121000000001",
			"body.orderId": "BJ10002026112212000000000001", "body.spbillCreatIp": "203.0.113.9", "body.exprieTime": "20261122140000",
		}},
		"code scanned": {preview.Pay, scanned, map[string]string{"body.payMode": "01", "body.authCode": "***"}},
		"in WeChat":    {preview.Pay, inWx, map[string]string{"body.payMode": "02", "body.wxSubOpenid": "***", "body.wxIsRaw": "1"}},
		"query":        {preview.Query, lookup, map[string]string{"head.tranCode": "OP2001", "body.oriMerOrderId": "BJ10002026112212000000000001"}},
		"cancel":       {preview.Cancel, lookup, map[string]string{"head.tranCode": "OP1003", "body.merRefundFlowId": "RBJ10002026112212000000000001"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := preview.New(tc.iface, []byte(tc.message), settings())
			if err != nil {
				t.Fatal(err)
			}
			for path, want := range tc.want {
				if got := gjson.GetBytes(r.Plaintext, path).String(); got != want {
					t.Errorf("%s = %q, want %q", path, got, want)
				}
			}
			for _, path := range r.Examples {
				if !gjson.GetBytes(r.Plaintext, path).Exists() {
					t.Errorf("%s is said to be made up and is not there", path)
				}
			}
			if strings.Contains(strings.ToLower(string(r.Plaintext)), "canary") {
				t.Errorf("the plain text tells who pays: %s", r.Plaintext)
			}
		})
	}
}

func TestShowPayer(t *testing.T) {
	t.Parallel()
	s := settings()
	s.ShowPayer = true
	for message, want := range map[string]string{scanned: "280000000000canary1", inWx: "oCanary"} {
		r, err := preview.New(preview.Pay, []byte(message), s)
		if err != nil || !strings.Contains(string(r.Plaintext), want) {
			t.Errorf("%s without %s (%v)", r.Plaintext, want, err)
		}
	}
}

func TestRefusedRequest(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		message string
		code    v1.Code
		orderID string // where the bridge repeats it
	}{
		"amount":  {strings.Replace(shown, "1999", "19.99", 1), v1.CodeAmount, ""},
		"no code": {strings.Replace(scanned, "280000000000canary1", "", 1), v1.CodeBadRequest, "T20261121000000001"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := preview.New(preview.Pay, []byte(tc.message), settings())
			if v1.CodeOf(err) != tc.code {
				t.Fatalf("error %v, want code %s", err, tc.code)
			}
			refusal := r.Refusal(err)
			if got := gjson.GetBytes(refusal, "respcode").String(); got != string(tc.code) {
				t.Errorf("respcode %s, want %s", got, tc.code)
			}
			if got := gjson.GetBytes(refusal, "orderid").String(); got != tc.orderID {
				t.Errorf("orderid %q, want %q", got, tc.orderID)
			}
		})
	}
	if _, err := preview.New("refund", []byte(lookup), settings()); !errors.Is(err, preview.ErrUnknownInterface) || !strings.Contains(err.Error(), "pay, query or cancel") {
		t.Errorf("unknown interface: %v", err)
	}
}

func TestInterfaceOf(t *testing.T) {
	t.Parallel()
	for message, want := range map[string]string{shown: preview.Pay, lookup: preview.Query, `{"txnamt":1}`: preview.Pay} {
		if got := preview.InterfaceOf([]byte(message)); got != want {
			t.Errorf("InterfaceOf(%s) = %s, want %s", message, got, want)
		}
	}
}

// answer is an answer of the gateway with this head and body.
func answer(head, body string) string {
	return `{"head":{"merchantId":"473053110001","tranFlowid":"47305311000120261122120000010001","tranCode":"` + head + `},"body":{` + body + `}}`
}

// nameless is an answer without its flow number.
func nameless(answer string) string {
	return strings.Replace(answer, `"tranFlowid":"47305311000120261122120000010001",`, "", 1)
}

func TestReply(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		iface, message, answer string
		state                  translate.State
		want                   map[string]string // of the v1 reply
	}{
		"code shown": {
			preview.Pay, shown, answer(`OP1001","respCode":"S0000000"`, `"tranState":"12","orderNo":"X1234567","codeUrl":"weixin://x"`),
			translate.Pending, map[string]string{"respcode": "00", "formaction": "weixin://x", "txnamt": "1999"},
		},
		"paid at once": {
			preview.Pay, scanned, answer(`OP1001","respCode":"S0000000"`, `"tranState":"11","orderNo":"X1234567"`),
			translate.Paid, map[string]string{"respcode": "00"},
		},
		"refused": {
			preview.Pay, shown, answer(`OP1001","respCode":"E0000010","respDesc":"余额不足"`, ""),
			translate.Failed, map[string]string{"respcode": "94", "respmsg": "余额不足"},
		},
		"refused, the words in respMsg": {
			preview.Pay, shown, answer(`OP1001","respCode":"E0000010","respMsg":"余额不足"`, ""),
			translate.Failed, map[string]string{"respcode": "94", "respmsg": "余额不足"},
		},
		"failed, and respDesc says nothing about it": {
			preview.Pay, scanned, answer(`OP1001","respCode":"S0000000","respDesc":"交易受理成功"`, `"tranState":"13"`),
			translate.Failed, map[string]string{"respcode": "94", "respmsg": "交易被拒绝！"},
		},
		"refund failed, and respDesc says nothing about it": {
			preview.Cancel, lookup, answer(`OP1003","respCode":"S0000000","respDesc":"交易受理成功"`, `"refundState":"33"`),
			translate.RefundFailed, map[string]string{"respcode": "94", "respmsg": "交易被拒绝！"},
		},
		"refused, naming neither request nor order": {
			preview.Pay, shown, nameless(answer(`OP1001","respCode":"E0000010"`, "")),
			translate.InDoubt, map[string]string{"respcode": "96"},
		},
		"unknown": {
			preview.Pay, shown, answer(`OP1001","respCode":"E0000000"`, ""),
			translate.InDoubt, map[string]string{"respcode": "96"},
		},
		"in WeChat": {
			preview.Pay, inWx, answer(`OP1001","respCode":"S0000000"`, `"tranState":"12","wc_pay_data":{"appId":"wx"}`),
			translate.Pending, map[string]string{"respcode": "00", "formaction": "EXAMPLE0EXAMPLE0EXAMPLE0EXAMPLE0"},
		},
		"query, paid": {
			preview.Query, lookup, answer(`OP2001","respCode":"S0000000"`, `"tranState":"11","orderNo":"X1234567","totalAmt":"19.99","payTime":"20261122115959"`),
			translate.Paid, map[string]string{"respcode": "00", "resultcode": "0000", "txnamt": "1999", "paytime": "2026-11-22 11:59:59"},
		},
		"query, not paid": {
			preview.Query, lookup, answer(`OP2001","respCode":"S0000000"`, `"tranState":"12"`),
			translate.Pending, map[string]string{"respcode": "00", "resultcode": "1001"},
		},
		"refunded": {
			preview.Cancel, lookup, answer(`OP1003","respCode":"S0000000"`, `"refundState":"31","merRefundFlowId":"RX1234567","refundAmt":19.99`),
			translate.Refunded, map[string]string{"respcode": "00", "txnamt": "1999"},
		},
		"refund refused": {
			preview.Cancel, lookup, answer(`OP1003","respCode":"E0000010","respDesc":"no"`, ""),
			translate.RefundFailed, map[string]string{"respcode": "94"},
		},
		"refund unknown": {
			preview.Cancel, lookup, answer(`OP1003","respCode":"E0000000"`, ""),
			translate.Refunding, map[string]string{"respcode": "96"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := preview.New(tc.iface, []byte(tc.message), settings())
			if err != nil {
				t.Fatal(err)
			}
			reply, err := r.Reply([]byte(tc.answer))
			if err != nil || reply.State != tc.state {
				t.Fatalf("state %s (%s), error %v; want %s", reply.State, reply.Reason, err, tc.state)
			}
			for member, want := range tc.want {
				if got := gjson.GetBytes(reply.JSON, member).String(); got != want {
					t.Errorf("%s = %q, want %q", member, got, want)
				}
			}
		})
	}
}

func TestReplyOfAnotherMerchant(t *testing.T) {
	t.Parallel()
	r, err := preview.New(preview.Pay, []byte(shown), settings())
	if err != nil {
		t.Fatal(err)
	}
	foreign := strings.Replace(answer(`OP1001","respCode":"S0000000"`, `"tranState":"11"`), "473053110001", "473053110002", 1)
	reply, err := r.Reply([]byte(foreign))
	if !errors.Is(err, translate.ErrMismatch) || reply.State != translate.InDoubt {
		t.Errorf("state %s, error %v", reply.State, err)
	}

	s := settings()
	s.Invented = true // then there is no merchant to compare with
	if r, err = preview.New(preview.Pay, []byte(shown), s); err != nil {
		t.Fatal(err)
	}
	foreign = strings.Replace(foreign, `"11"`, `"11","orderNo":"X1234567"`, 1)
	if reply, err = r.Reply([]byte(foreign)); err != nil || reply.State != translate.Paid {
		t.Errorf("without a configuration: state %s, error %v", reply.State, err)
	}
	if _, err := r.Reply([]byte("<html>")); err == nil {
		t.Error("HTML is taken for an answer")
	}
}
