package v1_test

import (
	"strings"
	"testing"

	v1 "github.com/paybridge/paybridge/translate/v1"
)

func TestMessages(t *testing.T) {
	t.Parallel()
	const mer, order, query = "89900001", "T20261121000000001", "H0012026112123595900000001"
	for _, c := range []struct {
		name    string
		message interface{ JSON() []byte }
		want    string
	}{
		{
			"pay",
			v1.PayReply{RespCode: v1.CodeOK, TxnAmt: 1999, MerID: mer, OrderID: order, QueryID: query, FormAction: "https://qr.example/?a=1&b=<2>"},
			`{"respcode":"00","respmsg":"成功","txnamt":1999,"merid":"89900001","orderid":"T20261121000000001",` +
				`"queryid":"H0012026112123595900000001","formaction":"https://qr.example/?a=1&b=<2>"}`,
		},
		{
			"pay, nothing to show",
			v1.PayReply{RespCode: v1.CodeOK, RespMsg: "请查询", TxnAmt: 1, MerID: mer, OrderID: order, QueryID: query},
			`{"respcode":"00","respmsg":"请查询","txnamt":1,"merid":"89900001","orderid":"T20261121000000001","queryid":"H0012026112123595900000001"}`,
		},
		{
			"pay, every member on success",
			v1.PayReply{RespCode: v1.CodeOK},
			`{"respcode":"00","respmsg":"成功","txnamt":0,"merid":"","orderid":"","queryid":""}`,
		},
		{
			"pay refused",
			v1.PayReply{RespCode: v1.CodeRefused, RespMsg: `余额不足 "1"`, TxnAmt: 1, MerID: mer, OrderID: order, QueryID: query, FormAction: "x"},
			`{"respcode":"94","respmsg":"余额不足 \"1\"","merid":"89900001","orderid":"T20261121000000001"}`,
		},
		{"pay, nothing known", v1.PayReply{RespCode: v1.CodeBadRequest}, `{"respcode":"90","respmsg":"请求参数错误！"}`},
		{
			"query, unpaid",
			v1.QueryReply{RespCode: v1.CodeOK, ResultCode: v1.ResultUnpaid, QueryID: query, TxnAmt: 1999, MerID: mer, OrderID: order},
			`{"respcode":"00","respmsg":"成功","resultcode":"1001","resultmsg":"未支付","queryid":"H0012026112123595900000001",` +
				`"txnamt":1999,"merid":"89900001","orderid":"T20261121000000001","paytime":""}`,
		},
		{
			"query, paid",
			v1.QueryReply{
				RespCode: v1.CodeOK, ResultCode: v1.ResultPaid, ResultMsg: "已支付", QueryID: query, TxnAmt: 1999,
				MerID: mer, OrderID: order, PayTime: "2026-11-21 23:59:59",
			},
			`{"respcode":"00","respmsg":"成功","resultcode":"0000","resultmsg":"已支付","queryid":"H0012026112123595900000001",` +
				`"txnamt":1999,"merid":"89900001","orderid":"T20261121000000001","paytime":"2026-11-21 23:59:59"}`,
		},
		{
			"query, no order",
			v1.QueryReply{RespCode: v1.CodeNoOrder, MerID: mer, OrderID: order, ResultCode: v1.ResultPaid},
			`{"respcode":"93","respmsg":"订单不存在！","merid":"89900001","orderid":"T20261121000000001"}`,
		},
		{
			"cancelled",
			v1.CancelReply{RespCode: v1.CodeOK, QueryID: query, TxnAmt: 1999, MerID: mer, OrderID: order},
			`{"respcode":"00","respmsg":"成功","queryid":"H0012026112123595900000001","txnamt":1999,"merid":"89900001","orderid":"T20261121000000001"}`,
		},
		{
			"not cancelled",
			v1.CancelReply{RespCode: v1.CodeState, QueryID: query, TxnAmt: 1999, MerID: mer},
			`{"respcode":"95","respmsg":"订单当前状态不允许此操作！","merid":"89900001"}`,
		},
		{
			"notification",
			v1.Notification{ResultCode: v1.ResultPaid, TxnAmt: 1000, MerID: mer, OrderID: order, QueryID: query, PayTime: "2026-11-21 23:59:59"},
			`{"resultcode":"0000","resultmsg":"交易成功！","txnamt":1000,"merid":"89900001","orderid":"T20261121000000001",` +
				`"queryid":"H0012026112123595900000001","paytime":"2026-11-21 23:59:59"}`,
		},
		{
			"notification, every member",
			v1.Notification{},
			`{"resultcode":"","resultmsg":"未支付","txnamt":0,"merid":"","orderid":"","queryid":"","paytime":""}`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := string(c.message.JSON()); got != c.want {
				t.Errorf("JSON = %s\nwant   %s", got, c.want)
			}
		})
	}
}

// The one failure captured from the old gateway, to the byte.
func TestRefusalAsCaptured(t *testing.T) {
	t.Parallel()
	msg := v1.BuildRefusal(v1.CodeBadRequest, "")
	if want := `{"respcode":"90","respmsg":"请求参数错误！"}`; string(msg) != want {
		t.Errorf("Refusal = %s, want %s", msg, want)
	}
	body := string(v1.SealReply(msg, v1.Key{}))
	if want := `{"resp":"eyJyZXNwY29kZSI6IjkwIiwicmVzcG1zZyI6Iuivt+axguWPguaVsOmUmeivr++8gSJ9","sign":""}`; body != want {
		t.Errorf("SealReply = %s, want %s", body, want)
	}
	if got := string(v1.BuildRefusal(v1.CodeRefused, "余额不足")); got != `{"respcode":"94","respmsg":"余额不足"}` {
		t.Errorf("Refusal = %s", got)
	}
}

func TestParseNotification(t *testing.T) {
	t.Parallel()
	want := v1.Notification{
		ResultCode: v1.ResultPaid, ResultMsg: "交易成功！", TxnAmt: 1000, MerID: "89900001",
		OrderID: "T20261121000000001", QueryID: "H1", PayTime: "2026-11-21 23:59:59",
	}
	got, err := v1.ParseNotification(want.JSON())
	if err != nil || got != want {
		t.Errorf("ParseNotification = %+v, %v; want %+v", got, err, want)
	}
	for _, c := range []struct {
		name, old, changed string
		code               v1.Code
		field, reason      string
	}{
		{"unknown result", `"0000"`, `"0001"`, v1.CodeBadRequest, "resultcode", "unknown"},
		{"no result", `"0000"`, `""`, v1.CodeBadRequest, "resultcode", "missing"},
		{"no text", `"交易成功！"`, `null`, v1.CodeBadRequest, "resultmsg", "missing"},
		{"amount", `1000`, `10.5`, v1.CodeAmount, "txnamt", "not a whole number"},
		{"no platform number", `"H1"`, `""`, v1.CodeBadRequest, "queryid", "missing"},
		{"other time", `2026-11-21 23:59:59`, `20261121235959`, v1.CodeBadRequest, "paytime", "not yyyy"},
		{"impossible time", `11-21 23`, `11-31 23`, v1.CodeBadRequest, "paytime", "not yyyy"},
		{"not JSON", `{`, ``, v1.CodeBadRequest, "resp", "not JSON"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := v1.ParseNotification([]byte(strings.Replace(string(want.JSON()), c.old, c.changed, 1)))
			refused(t, err, c.code, c.field, c.reason)
		})
	}
}
