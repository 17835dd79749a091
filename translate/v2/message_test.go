package v2

import (
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var testHead = Head{MerchantID: "473053110001", TranTime: "20240930131015", TranFlowID: "47305311000120240930131015000001", TranCode: TranPay}

const testHeadText = `{"version":"2.0.0","tranType":"01","merchantId":"473053110001","tranTime":"20240930131015","tranFlowid":"47305311000120240930131015000001","tranCode":"OP1001"}`

// marshaler is what all requests have in common.
type marshaler interface {
	Marshal(h Head) ([]byte, error)
}

func TestMarshal(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		request marshaler
		body    string
	}{
		{
			"pay", PayRequest{
				PayChannel: "00", PayMode: "00", OrderID: "O47305311000180460965", TotalAmt: "0.01", Subject: "这是<Subject>&", Body: "\"\\\n",
				NotifyURL: "http://10.10.10.103:12222/notify?a=1&b=2", SpbillCreateIP: "127.0.0.1", ExpireTime: "20240930141015",
			},
			`{"payChannel":"00","payMode":"00","orderId":"O47305311000180460965","totalAmt":"0.01","subject":"这是<Subject>&","body":"\"\\\n","attach":"","deviceInfo":"",` +
				`"spbillCreatIp":"127.0.0.1","notifyUrl":"http://10.10.10.103:12222/notify?a=1&b=2","exprieTime":"20240930141015","goodsTag":"","productId":"","authCode":"","wxIsRaw":"",` +
				`"wxSubOpenid":"","userId":"","subAppId":"","wxCallbackUrl":"","js_code":""}`,
		},
		{
			"refund", RefundRequest{OriMerOrderID: "A2345678", MerRefundFlowID: "R1", RefundAmt: "19.99", RefundChannel: "00"},
			`{"oriMerOrderId":"A2345678","merRefundFlowId":"R1","refundAmt":"19.99","refundChannel":"00","merNotifyUrl":"","refundReason":"","splitRefundAmt":""}`,
		},
		{"query", QueryRequest{OrderID: "A2345678"}, `{"oriMerOrderId":"A2345678","orderId":"A2345678"}`},
		{"refund query", RefundQueryRequest{OriMerOrderID: "A2345678", MerRefundFlowID: "R1"}, `{"oriMerOrderId":"A2345678","orderId":"A2345678","merRefundFlowId":"R1"}`},
		{"close", CloseRequest{OrderID: "A2345678"}, `{"oriMerOrderId":"A2345678","orderId":"A2345678"}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := test.request.Marshal(testHead)
			want := `{"head":` + testHeadText + `,"body":` + test.body + `}`
			if err != nil || string(got) != want {
				t.Errorf("Marshal = %s, %v\nwant %s", got, err, want)
			}
			if _, err := ParseMessage(got); err != nil {
				t.Error(err)
			}
			bad := testHead
			bad.TranTime = "now"
			if _, err := test.request.Marshal(bad); err == nil {
				t.Error("a bad head was written")
			}
		})
	}
}

func TestMarshalErrors(t *testing.T) {
	t.Parallel()
	good := PayRequest{PayChannel: "00", PayMode: "00", OrderID: "A2345678", TotalAmt: "0.01"}
	if _, err := good.Marshal(testHead); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		change func(*Head, *PayRequest)
		want   string
	}{
		{"no amount", func(_ *Head, r *PayRequest) { r.TotalAmt = "" }, "body.totalAmt: missing"},
		{"exponent", func(_ *Head, r *PayRequest) { r.TotalAmt = "1e2" }, `body.totalAmt: not an amount in yuan with two decimals: "1e2"`},
		{"whole yuan", func(_ *Head, r *PayRequest) { r.TotalAmt = "1" }, "body.totalAmt: not an amount"},
		{"one decimal", func(_ *Head, r *PayRequest) { r.TotalAmt = "1.0" }, "body.totalAmt: not an amount"},
		{"three decimals", func(_ *Head, r *PayRequest) { r.TotalAmt = "1.000" }, "body.totalAmt: not an amount"},
		{"comma", func(_ *Head, r *PayRequest) { r.TotalAmt = "1,000.00" }, "body.totalAmt: not an amount"},
		{"negative", func(_ *Head, r *PayRequest) { r.TotalAmt = "-1.00" }, "body.totalAmt: not an amount"},
		{"no yuan", func(_ *Head, r *PayRequest) { r.TotalAmt = ".01" }, "body.totalAmt: not an amount"},
		{"leading zero", func(_ *Head, r *PayRequest) { r.TotalAmt = "01.00" }, "body.totalAmt: not an amount"},
		{"short order", func(_ *Head, r *PayRequest) { r.OrderID = "A2345" }, "body.orderId: not an order number of 6 to 32 characters"},
		{"long order", func(_ *Head, r *PayRequest) { r.OrderID = strings.Repeat("A", 33) }, "body.orderId: longer than 32 characters"},
		{"blank in order", func(_ *Head, r *PayRequest) { r.OrderID = "A234 678" }, "body.orderId: not an order number"},
		{"long attach", func(_ *Head, r *PayRequest) { r.Attach = strings.Repeat("附", 129) }, "body.attach: longer than 128 characters"},
		{"expiry date", func(_ *Head, r *PayRequest) { r.ExpireTime = "2024-09-30" }, "body.exprieTime: not a time"},
		{"expiry in month 13", func(_ *Head, r *PayRequest) { r.ExpireTime = "20241330000000" }, "body.exprieTime: not a time"},
		{"channel", func(_ *Head, r *PayRequest) { r.PayChannel = "0" }, "body.payChannel: not a code of two digits"},
		{"not UTF-8", func(_ *Head, r *PayRequest) { r.Subject = "\xff" }, "body.subject: not UTF-8"},
		{"too long in all", func(_ *Head, r *PayRequest) { r.Subject = strings.Repeat("a", MaxMessage) }, "message: longer than"},
		{"merchant number", func(h *Head, _ *PayRequest) { h.MerchantID = "89900001" }, "head.merchantId: not a merchant number of 12 digits"},
		{"flow number of another", func(h *Head, _ *PayRequest) { h.TranFlowID = "1" + h.TranFlowID[1:] }, "head.tranFlowid: does not begin with the merchant number"},
		{"no code", func(h *Head, _ *PayRequest) { h.TranCode = "" }, "head.tranCode: missing"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			h, r := testHead, good
			test.change(&h, &r)
			got, err := r.Marshal(h)
			if err == nil || got != nil || !strings.HasPrefix(err.Error(), test.want) {
				t.Errorf("Marshal: %v; want %s", err, test.want)
			}
		})
	}
	longest := good
	longest.Attach, longest.OrderID = strings.Repeat("附", 128), strings.Repeat("A", 32)
	if _, err := longest.Marshal(testHead); err != nil {
		t.Errorf("values at the limit: %v", err)
	}
}

// TestMarshalRoundTrip checks writer and reader against each other and the
// standard library's reader against both.
func TestMarshalRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := PayRequest{PayChannel: "00", PayMode: "01", OrderID: "A2345678", TotalAmt: "10.00"}
		for i := range payMembers {
			if m := &payMembers[i]; !m.required && m.rule == nil {
				*m.text(&r) = rapid.StringN(0, 60, 100).Draw(t, m.name)
			}
		}
		plain, err := r.Marshal(testHead)
		if err != nil {
			t.Fatal(err)
		}
		m, err := ParseMessage(plain)
		if err != nil {
			t.Fatal(err)
		}
		got, err := readMembers("body", payMembers, m.body)
		if err != nil || got != r {
			t.Fatalf("read %+v, %v; want %+v", got, err, r)
		}
		var standard struct{ Body map[string]string }
		if err := json.Unmarshal(plain, &standard); err != nil || len(standard.Body) != len(payMembers) {
			t.Fatalf("encoding/json: %d members, %v", len(standard.Body), err)
		}
		for i := range payMembers {
			if want := *payMembers[i].text(&r); standard.Body[payMembers[i].name] != want {
				t.Fatalf("encoding/json reads %q; want %q", standard.Body[payMembers[i].name], want)
			}
		}
	})
}

// answer makes a message with that body.
func answer(body string) []byte {
	return []byte(`{"body":` + body + `,"head":{"merchantId":"473053110001","respCode":"S0000000","tranTime":"20240930131015"}}`)
}

func TestParseMessage(t *testing.T) {
	t.Parallel()
	head := Head{MerchantID: "473053110001", RespCode: "S0000000", RespDesc: "好"}
	tests := []struct {
		name, plain string
		want        Head
	}{
		{"no body", `{"head":{"merchantId":"473053110001","respCode":"S0000000","respDesc":"好"}}`, head},
		{"null body", `{"head":{"merchantId":"473053110001","respCode":"S0000000","respDesc":"好"},"body":null}`, head},
		{"empty text body", `{"body":"","head":{"merchantId":"473053110001","respCode":"S0000000","respDesc":"好"}}`, head},
		{"blank text body", `{"body":" ","head":{"merchantId":"473053110001","respCode":"S0000000","respDesc":"好"}}`, head},
		{"empty body", `{"body":{},"head":{"merchantId":"473053110001","respCode":"S0000000","respDesc":"好"}}`, head},
		{"numbers, unknown, nulls", "\n{\"x\":[{}],\"head\":{\"merchantId\":473053110001,\"respCode\":\"S0000000\",\"tranCode\":null,\"x\":{},\"x\":1,\"respDesc\":\"\\u597d\"}}\r\n", head},
		{"escaped names", `{"he\u0061d":{"merchantId":"473053110001","resp\u0043ode":"S0000000","respDesc":"好"}}`, head},
		{"empty head", `{"head":{}}`, Head{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			m, err := ParseMessage([]byte(test.plain))
			if err != nil || m.Head != test.want {
				t.Fatalf("ParseMessage = %+v, %v; want %+v", m.Head, err, test.want)
			}
			if r := m.PayReply(); r != (Statement{Head: m.Head}) {
				t.Errorf("PayReply = %+v; want nothing", r)
			}
		})
	}
}

func TestParseMessageErrors(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, plain, want string }{
		{"nothing", "", "not JSON"},
		{"text", "success", "not JSON"},
		{"cut short", `{"head":{"respCode":"S0000000"`, "not JSON"},
		{"two values", `{"head":{}}{}`, "not JSON"},
		{"neither UTF-8 nor GBK, nor JSON", "{\"head\":\xff", "not JSON"},
		{"array", `[{"head":{}}]`, "not a JSON object"},
		{"null", `null`, "not a JSON object"},
		{"no head", `{"body":{}}`, "head: not an object"},
		{"head is text", `{"head":"{}"}`, "head: not an object"},
		{"body is text", `{"head":{},"body":"{}"}`, "body: not an object"},
		{"body is array", `{"head":{},"body":[]}`, "body: not an object"},
		{"body is number", `{"head":{},"body":0}`, "body: not an object"},
		{"head twice", `{"head":{"respCode":"E1"},"head":{"respCode":"S0000000"}}`, "head: given twice"},
		{"body twice", `{"head":{},"body":{},"b\u006fdy":{}}`, "body: given twice"},
		{"body null, then again", `{"head":{},"body":null,"body":{}}`, "body: given twice"},
		{"respCode twice", `{"head":{"respCode":"S0000000","respCode":"S0000000"}}`, "head.respCode: given twice"},
		{"respCode null, then again", `{"head":{"respCode":null,"respCode":"S0000000"}}`, "head.respCode: given twice"},
		{"respCode is object", `{"head":{"respCode":{}}}`, "head.respCode: not a text"},
		{"too long", `{"head":{},"x":"` + strings.Repeat("x", MaxMessage) + `"}`, "longer than"},
		{"deep", strings.Repeat("[", MaxMessage), "not JSON"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if _, err := ParseMessage([]byte(test.plain)); err == nil || !strings.HasPrefix(err.Error(), "parsing message: "+test.want) {
				t.Errorf("ParseMessage: %v; want parsing message: %s", err, test.want)
			}
		})
	}
}

// reading reads a body in one way.
type reading func(Message) Statement

var (
	asPayReply    reading = Message.PayReply
	asOrderState  reading = Message.OrderState
	asRefundState reading = Message.RefundState
	asNotice      reading = Message.Notice
)

func TestReadings(t *testing.T) {
	t.Parallel()
	const now = "20240930131015" // tranTime of the test's head
	tests := []struct {
		name string
		read reading
		body string
		want Statement
	}{
		{
			"pay", asPayReply,
			`{"tranState":"12","codeUrl":"c","codeImgUrl":"i","jytOrderId":"j","wc_pay_data":"{\"appId\":\"wx\"}","urlScheme":"weixin%3A%2F%2F","orderNo":"o","totalAmt":0.10}`,
			Statement{
				TranState: "12", CodeURL: "c", CodeImgURL: "i", GatewayNo: "j", WcPayData: `{"appId":"wx"}`,
				URLScheme: "weixin%3A%2F%2F", OrderNo: "o", Amount: "0.10",
			},
		},
		{"pay data as object", asPayReply, `{"wc_pay_data": {"appId": "wx", "n":[1]} ,"tranState":12}`, Statement{TranState: "12", WcPayData: `{"appId": "wx", "n":[1]}`}},
		{"pay data rubbish", asPayReply, `{"wc_pay_data":"</script>","tranState":"12"}`, Statement{TranState: "12"}},
		{"pay data empty", asPayReply, `{"wc_pay_data":"","tranState":"12"}`, Statement{TranState: "12"}},
		{"pay data null", asPayReply, `{"wc_pay_data":null,"tranState":"12"}`, Statement{TranState: "12"}},
		{"pay data array", asPayReply, `{"wc_pay_data":[1],"tranState":"12"}`, Statement{TranState: "12"}},
		{
			"refund", asRefundState,
			`{"refundState":"30","merRefundFlowId":"R1","refundAmt":1.50,"refundChannel":"00","refundReason":"","refundTranFlow":"T"}`,
			Statement{OfRefund: true, RefundState: "30", RefundNo: "R1", Amount: "1.50", Time: now},
		},
		{"number keeps its text", asRefundState, `{"refundAmt":1e2,"merRefundFlowId":12345678901234567890}`, Statement{OfRefund: true, Amount: "1e2", RefundNo: "12345678901234567890", Time: now}},
		{"boolean keeps its text", asPayReply, `{"codeUrl":true}`, Statement{CodeURL: "true"}},
		{"notice", asOrderState, `{"merOrderId":"A","state":"11","totalAmt":"0.01"}`, Statement{OrderNo: "A", TranState: "11", Amount: "0.01", Time: now}},
		{"query", asOrderState, `{"oriMerOrderId":"A","tranState":"13","tranAmt":2.00,"payTime":"t"}`, Statement{OrderNo: "A", TranState: "13", Amount: "2.00", Time: "t"}},
		{"other names", asOrderState, `{"orderNo":"C","tranFinishTime":"f"}`, Statement{OrderNo: "C", Time: "f"}},
		{"preference", asOrderState, `{"orderNo":"C","orderId":"B","totalAmt":"1.00","tranAmt":1,"tranFinishTime":"f","payTime":"p"}`, Statement{OrderNo: "B", Amount: "1.00", Time: "p"}},
		{"empty gives way", asOrderState, `{"merOrderId":"","oriMerOrderId":null,"orderId":"B","tranState":"","state":"12"}`, Statement{OrderNo: "B", TranState: "12", Time: now}},
		{"states agree", asOrderState, `{"tranState":"11","state":11}`, Statement{TranState: "11", Time: now}},
		{"nothing", asOrderState, `{}`, Statement{Time: now}},
		{"refund query", asRefundState, `{"oriMerOrderId":"A","merRefundFlowId":"R","refundState":"31","refundAmt":"1.00"}`, Statement{OfRefund: true, OrderNo: "A", RefundNo: "R", RefundState: "31", Amount: "1.00", Time: now}},
		{"refund query, state", asRefundState, `{"orderId":"A","state":"32","tranFinishTime":"f"}`, Statement{OfRefund: true, OrderNo: "A", RefundState: "32", Time: "f"}},
		{"amounts of one value", asOrderState, `{"totalAmt":"0.50","tranAmt":".5"}`, Statement{Amount: "0.50", Time: now}},
		{"refund amounts of one value", asRefundState, `{"refundAmt":100,"tranAmt":"100.00"}`, Statement{OfRefund: true, Amount: "100", Time: now}},
		{"refund beside its payment", asRefundState, `{"orderId":"A","orderNo":"G","refundState":"31","state":"11"}`, Statement{OfRefund: true, OrderNo: "A", RefundState: "31", Time: now}},
		{"notice of a payment", asNotice, `{"merOrderId":"A","state":"11","totalAmt":"0.01"}`, Statement{OrderNo: "A", TranState: "11", Amount: "0.01", Time: now}},
		{"notice of a refund", asNotice, `{"merOrderId":"A","merRefundFlowId":"R","state":"11"}`, Statement{OfRefund: true, OrderNo: "A", RefundNo: "R", RefundState: "11", Time: now}},
		{"notice of a refund by its state", asNotice, `{"merOrderId":"A","tranState":31}`, Statement{OfRefund: true, OrderNo: "A", RefundState: "31", Time: now}},
		{"notice of a refund by the gateway's number", asNotice, `{"refundTranFlow":"T"}`, Statement{OfRefund: true, Time: now}},
		{"refund beside its payment, by other names", asRefundState, `{"orderId":"A","tranState":"11","state":"31"}`, Statement{OfRefund: true, OrderNo: "A", RefundState: "31", Time: now}},
		{"refund beside its payment, the other way round", asRefundState, `{"orderId":"A","tranState":"33","state":"11"}`, Statement{OfRefund: true, OrderNo: "A", RefundState: "33", Time: now}},
		{"notice of a refund beside its payment", asNotice, `{"merOrderId":"A","merRefundFlowId":"R","tranState":"11","state":"31","refundAmt":"1.00"}`, Statement{OfRefund: true, OrderNo: "A", RefundNo: "R", RefundState: "31", Amount: "1.00", Time: now}},
		{"states that none of a refund is", asRefundState, `{"refundState":"","tranState":"11","state":"12"}`, Statement{OfRefund: true, RefundState: "11", Time: now}},
		{"refund state wins", asRefundState, `{"tranState":"11","refundState":"33"}`, Statement{OfRefund: true, RefundState: "33", Time: now}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			m, err := ParseMessage(answer(test.body))
			if err != nil {
				t.Fatal(err)
			}
			test.want.Head = m.Head
			if got := test.read(m); got != test.want {
				t.Errorf("got %+v; want %+v", got, test.want)
			}
		})
	}
}

func TestReadingErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		read reading
		body string
		want string
	}{
		{"twice", asPayReply, `{"tranState":"12","tranState":"11"}`, "body.tranState: given twice"},
		{"twice, escaped", asPayReply, `{"tranState":"12","tran\u0053tate":"11"}`, "body.tranState: given twice"},
		{"pay data twice", asPayReply, `{"wc_pay_data":{},"wc_pay_data":{}}`, "body.wc_pay_data: given twice"},
		{"object", asPayReply, `{"codeUrl":{}}`, "body.codeUrl: not a text"},
		{"array", asRefundState, `{"refundAmt":["1.00"]}`, "body.refundAmt: not a text"},
		{"object under another name", asOrderState, `{"merOrderId":"A","orderId":[]}`, "body.orderId: not a text"},
		{"amounts differ", asOrderState, `{"totalAmt":"1.00","tranAmt":"1.01"}`, "body.tranAmt: says other than totalAmt"},
		{"amounts differ by what is no amount", asOrderState, `{"totalAmt":"1.00","tranAmt":"x"}`, "body.tranAmt: says other than totalAmt"},
		{"order numbers differ", asOrderState, `{"merOrderId":"A","orderId":"B"}`, "body.orderId: says other than merOrderId"},
		{"refund amounts differ", asRefundState, `{"refundAmt":1,"tranAmt":10}`, "body.tranAmt: says other than refundAmt"},
		{"refund states differ", asRefundState, `{"refundState":"31","state":"33"}`, "body.state: says other than refundState"},
		{"refund states differ behind the payment's", asRefundState, `{"refundState":"11","tranState":"31","state":"33"}`, "body.state: says other than refundState"},
		{"notice of a refund, states differ behind the payment's", asNotice, `{"refundState":"11","tranState":"33","state":"31"}`, "body.state: says other than refundState"},
		{"payments of a refund differ", asRefundState, `{"oriMerOrderId":"A","merOrderId":"B"}`, "body.merOrderId: says other than oriMerOrderId"},
		{"states differ", asOrderState, `{"tranState":"12","state":"11"}`, "body.state: says other than tranState"},
		{"notice, state twice", asNotice, `{"state":"12","state":"11"}`, "body.state: given twice"},
		{"notice of a refund, states differ", asNotice, `{"refundState":"31","state":"33"}`, "body.state: says other than refundState"},
		{"other name twice", asRefundState, `{"state":"31","state":"33"}`, "body.state: given twice"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			m, err := ParseMessage(answer(test.body))
			if err != nil {
				t.Fatal(err)
			}
			if got := test.read(m); got.Err == nil || got.Err.Error() != test.want {
				t.Errorf("got %+v; want %s", got, test.want)
			}
		})
	}
}

// TestDigest: what a message says has one digest, whatever is new in its head each time it
// is sent; and what cannot be read, that of its text.
func TestDigest(t *testing.T) {
	t.Parallel()
	read := func(flowNo, body string) string {
		m, err := ParseMessage([]byte(`{"head":{"tranFlowid":"` + flowNo + `"},"body":` + body + `}`))
		if err != nil {
			t.Fatal(err)
		}
		return m.Digest()
	}
	one, unread := read("F1", `{"memo":"1"}`), Unread([]byte("1")).Digest()
	if read("F2", `{"memo":"1"}`) != one || Unread([]byte("1")).Digest() != unread {
		t.Error("what says the same has two digests")
	}
	seen := map[string]bool{one: true}
	for _, other := range []string{read("F1", `{"memo":"2"}`), read("F1", `null`), Unread([]byte("1")).Digest(), Unread([]byte("2")).Digest()} {
		if seen[other] {
			t.Error("what differs has one digest")
		}
		seen[other] = true
	}
}
