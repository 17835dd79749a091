package sandbox

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// bridge stands for the receiver of notices: it opens them with the peer's
// code and answers "success".
type bridge struct {
	*httptest.Server
	mu    sync.Mutex
	calls []noticeCall
}

type noticeCall struct {
	contentType, raw string
	message          struct {
		Body struct {
			MerOrderID, State string
			TotalAmt          json.RawMessage
		}
	}
	err error
}

func startBridge(t *testing.T) *bridge {
	b := new(bridge)
	b.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		call := noticeCall{contentType: r.Header.Get("Content-Type")}
		if strings.HasPrefix(call.contentType, "multipart/") {
			call.err = r.ParseMultipartForm(1 << 20)
		} else {
			var body []byte
			body, call.err = io.ReadAll(r.Body)
			call.raw = string(body)
			r.Body = io.NopCloser(strings.NewReader(call.raw))
			r.ParseForm()
		}
		message := r.PostForm.Get("msg_enc") + r.PostForm.Get("xml_enc")
		p := &peer{t: t, id: r.PostForm.Get("merchant_id")}
		var plaintext []byte
		if call.err == nil {
			plaintext, call.err = p.openText(map[string]string{
				"msg_enc": message, "key_enc": r.PostForm.Get("key_enc"), "sign": r.PostForm.Get("sign"),
			})
		}
		if call.err == nil {
			call.err = json.Unmarshal(plaintext, &call.message)
		}
		b.mu.Lock()
		b.calls = append(b.calls, call)
		b.mu.Unlock()
		io.WriteString(w, "success")
	}))
	t.Cleanup(b.Close)
	return b
}

func (b *bridge) received() []noticeCall {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.calls
}

// paidOrder pays ORDER001 of 1.00 yuan at a gateway, without a notice.
func paidOrder(t *testing.T, g *Gateway, p *peer, b *bridge) {
	t.Helper()
	p.must(CodePay, payBody("ORDER001", map[string]any{"notifyUrl": b.URL + "/notify", "totalAmt": "1.00"}))
	if err := g.Pay(Payment{Notice: Notice{MerchantID: p.id, OrderID: "ORDER001", Delivery: DeliverNever}}); err != nil {
		t.Fatal(err)
	}
}

func TestNoticeVariants(t *testing.T) {
	t.Parallel()
	tests := []struct {
		variant              NoticeVariant
		order, state, amount string
		contentType, raw     string // beginnings
		forged               bool
	}{
		{NoticePlain, "ORDER001", "11", `"1.00"`, "application/x-www-form-urlencoded", "merchant_id=", false},
		{NoticeMultipart, "ORDER001", "11", `"1.00"`, "multipart/form-data", "", false},
		{NoticeXMLEnc, "ORDER001", "11", `"1.00"`, "application/x-www-form-urlencoded", "merchant_id=473053110001&xml_enc=", false},
		{NoticeOddOrder, "ORDER001", "11", `"1.00"`, "application/x-www-form-urlencoded", "mer_order_id=", false},
		{NoticeNumber, "ORDER001", "11", `1.00`, "application/x-www-form-urlencoded", "merchant_id=", false},
		{NoticeGBK, "ORDER001", "11", `"1.00"`, "application/x-www-form-urlencoded", "merchant_id=", false},
		{NoticeWrongAmount, "ORDER001", "11", `"1.01"`, "application/x-www-form-urlencoded", "merchant_id=", false},
		{NoticeWrongOrder, "ORDER000", "11", `"1.00"`, "application/x-www-form-urlencoded", "merchant_id=", false},
		{NoticeUnknownOrder, "ORDER0009", "11", `"1.00"`, "application/x-www-form-urlencoded", "merchant_id=", false},
		{NoticeContradictory, "ORDER001", "13", `"1.00"`, "application/x-www-form-urlencoded", "merchant_id=", false},
		{NoticeForged, "", "", "", "application/x-www-form-urlencoded", "merchant_id=", true},
	}
	for _, test := range tests {
		t.Run(string(test.variant), func(t *testing.T) {
			t.Parallel()
			b := startBridge(t)
			g, p, _ := start(t, nil)
			paidOrder(t, g, p, b)
			results, err := g.SendNotice(t.Context(), Notice{MerchantID: p.id, OrderID: "ORDER001", Variant: test.variant})
			if err != nil || len(results) != 1 || !results[0].Acknowledged() {
				t.Fatalf("results %+v, %v", results, err)
			}
			call := b.received()[0]
			if !strings.HasPrefix(call.contentType, test.contentType) || !strings.HasPrefix(call.raw, test.raw) {
				t.Errorf("came as %s %.60q", call.contentType, call.raw)
			}
			if (call.err != nil) != test.forged {
				t.Errorf("opening: %v", call.err)
			}
			body := call.message.Body
			if body.MerOrderID != test.order || body.State != test.state || string(body.TotalAmt) != test.amount {
				t.Errorf("says %+v", body)
			}
		})
	}
	if len(noticeTraits) != len(tests) {
		t.Errorf("%d variants, but %d are tested", len(noticeTraits), len(tests))
	}
}

func TestPayerPays(t *testing.T) {
	t.Parallel()
	b := startBridge(t)
	g, _, p := start(t, nil)
	p.must(CodePay, payBody("ORDER001", map[string]any{"notifyUrl": b.URL}))
	payment := Payment{Notice: Notice{MerchantID: p.id, OrderID: "ORDER001", Copies: 3, Together: true}}
	if err := g.Pay(payment); err != nil {
		t.Fatal(err)
	}
	g.WaitNotices()
	if err := g.Pay(payment); err == nil {
		t.Error("the payer paid twice")
	}
	if calls := b.received(); len(calls) != 3 || calls[0].err != nil || calls[0].message.Body.State != StatePaid {
		t.Errorf("notices %+v", calls)
	}
	s := g.State()
	if len(s.Notices) != 3 || s.Orders[0].State != StatePaid || s.Orders[0].Charges != 1 {
		t.Errorf("state %+v", s)
	}
}

func TestHeldNotice(t *testing.T) {
	t.Parallel()
	b := startBridge(t)
	g, p, _ := start(t, nil)
	p.must(CodePay, payBody("ORDER001", map[string]any{"notifyUrl": b.URL}))
	if err := g.Pay(Payment{Notice: Notice{MerchantID: p.id, OrderID: "ORDER001", Delivery: DeliverLater}}); err != nil {
		t.Fatal(err)
	}
	if s := g.State(); s.Held != 1 || len(b.received()) != 0 {
		t.Errorf("held %d, sent %d", s.Held, len(b.received()))
	}
	if results := g.ReleaseNotices(t.Context()); len(results) != 1 || !results[0].Acknowledged() {
		t.Errorf("released %+v", results)
	}
	if got := len(g.ReleaseNotices(t.Context())); got != 0 {
		t.Errorf("released %d again", got)
	}
}

func TestLatePayment(t *testing.T) {
	t.Parallel()
	g, p, _ := start(t, nil)
	p.must(CodePay, payBody("ORDER001", nil))
	p.must(DefaultCloseCode, orderBody("ORDER001"))
	payment := Payment{Notice: Notice{MerchantID: p.id, OrderID: "ORDER001", Delivery: DeliverNever}}
	if err := g.Pay(payment); err == nil {
		t.Error("paid a closed order in the ordinary way")
	}
	payment.Late = true
	if err := g.Pay(payment); err != nil {
		t.Error(err)
	}
	if err := g.Pay(payment); err == nil {
		t.Error("paid late twice")
	}
	if o, _ := g.Order(p.id, "ORDER001"); o.State != StatePaid || !o.Closed || o.Charges != 1 {
		t.Errorf("order %+v", o)
	}
}

func TestPendingRefund(t *testing.T) {
	t.Parallel()
	g, p, _ := start(t, nil)
	p.must(CodePay, payBody("ORDER001", map[string]any{"payMode": "01", "authCode": "1345678901", "totalAmt": "1.00"}))
	if err := g.Script(Rule{Behaviour: Pending, TranCode: CodeRefund}); err != nil {
		t.Fatal(err)
	}
	p.must(CodeRefund, refundBodyOf("ORDER001", "REFUND01", "1.00"))
	if err := g.SettleRefund(p.id, "ORDER001", "REFUND01", true); err != nil {
		t.Fatal(err)
	}
	if err := g.SettleRefund(p.id, "ORDER001", "REFUND01", true); err == nil {
		t.Error("settled a refund twice")
	}
	a := p.must(CodeRefundQuery, map[string]any{"merRefundFlowId": "REFUND01"})
	if o, _ := g.Order(p.id, "ORDER001"); a.Body["refundState"] != RefundDone || o.Refunds[0].Executions != 1 {
		t.Errorf("answer %+v, order %+v", a, o)
	}
}

func TestNoticeAtOnce(t *testing.T) {
	t.Parallel()
	for _, on := range []bool{false, true} {
		b := startBridge(t)
		g, p, _ := start(t, func(c *Config) { c.NoticeAtOnce = on })
		p.must(CodePay, payBody("ORDER001", map[string]any{"payMode": "01", "authCode": "1345678901", "notifyUrl": b.URL}))
		g.WaitNotices()
		if got := len(b.received()) == 1; got != on {
			t.Errorf("NoticeAtOnce %v: notice came: %v", on, got)
		}
	}
}

func TestNoticeNobodyListens(t *testing.T) {
	t.Parallel()
	g, p, _ := start(t, nil)
	p.must(CodePay, payBody("ORDER001", nil))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	results, err := g.SendNotice(ctx, Notice{MerchantID: p.id, OrderID: "ORDER001"})
	if err != nil || len(results) != 1 || results[0].Status != 0 || results[0].Error == "" {
		t.Errorf("results %+v, %v", results, err)
	}
	for name, n := range map[string]Notice{
		"no order":    {MerchantID: p.id, OrderID: "ORDER009"},
		"no merchant": {MerchantID: "1", OrderID: "ORDER001"},
		"no variant":  {MerchantID: p.id, OrderID: "ORDER001", Variant: "singing"},
		"no delivery": {MerchantID: p.id, OrderID: "ORDER001", Delivery: "pigeon"},
	} {
		if _, err := g.SendNotice(t.Context(), n); err == nil {
			t.Errorf("%s: sent", name)
		}
	}
}
