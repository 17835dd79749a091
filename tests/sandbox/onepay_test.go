package sandbox

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestPayShows(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		changes map[string]any
		state   string
		member  string // that is shown
		prefix  string
	}{
		{"WeChat code", map[string]any{}, StatePending, "codeUrl", "weixin://wxpay/"},
		{"Alipay code", map[string]any{"payChannel": "01"}, StatePending, "codeUrl", "https://qr.alipay.com/"},
		{"QQ code", map[string]any{"payChannel": "02"}, StatePending, "codeUrl", "https://myun.tenpay.com/"},
		{"UnionPay code", map[string]any{"payChannel": "05"}, StatePending, "codeUrl", "https://qr.95516.com/"},
		{"WeChat JS", map[string]any{"payMode": "02", "wxIsRaw": "1", "wxSubOpenid": "o1"}, StatePending, "wc_pay_data", `{"appId":`},
		{"WeChat H5, percent-encoded", map[string]any{"payMode": "05"}, StatePending, "urlScheme", "https%3A%2F%2F"},
		{"Alipay H5, plain", map[string]any{"payMode": "05", "payChannel": "01"}, StatePending, "urlScheme", "https://"},
		{"merchant scans", map[string]any{"payMode": "01", "authCode": "134567890123456789"}, StatePaid, "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			g, intl, gm := start(t, nil)
			for _, p := range []*peer{intl, gm} {
				a := p.must(CodePay, payBody("ORDER001", test.changes))
				if a.Head.RespCode != codeSuccess || a.Body["tranState"] != test.state || a.Body["orderNo"] != "ORDER001" {
					t.Errorf("answer %+v, want state %s", a, test.state)
				}
				if shown, _ := a.Body[test.member].(string); !strings.HasPrefix(shown, test.prefix) {
					t.Errorf("%s is %q, want %s…", test.member, shown, test.prefix)
				}
				o, found := g.Order(p.id, "ORDER001")
				if !found || o.State != test.state || o.Amount != 1 || (o.Charges == 1) != (test.state == StatePaid) {
					t.Errorf("order %+v", o)
				}
			}
			wantNoViolations(t, g)
		})
	}
}

func wantNoViolations(t *testing.T, g *Gateway) {
	t.Helper()
	for _, v := range g.Violations() {
		t.Errorf("violation: %v", v)
	}
}

func TestViolations(t *testing.T) {
	t.Parallel()
	scan := map[string]any{"payMode": "01"}
	for _, test := range []struct {
		name       string
		head, body map[string]any
		path, code string
	}{
		{"member missing", nil, map[string]any{"js_code": nil}, "body.js_code", codeIllegal},
		{"member empty", nil, map[string]any{"subject": ""}, "body.subject", codeIllegal},
		{"member unknown", nil, map[string]any{"subject2": "x"}, "body.subject2", codeIllegal},
		{"number for a string", nil, map[string]any{"totalAmt": 1}, "body.totalAmt", codeFormat},
		{"one decimal", nil, map[string]any{"totalAmt": "1.0"}, "body.totalAmt", codeFormat},
		{"thousands comma", nil, map[string]any{"totalAmt": "1,000.00"}, "body.totalAmt", codeFormat},
		{"nothing to pay", nil, map[string]any{"totalAmt": "0.00"}, "body.totalAmt", codeFormat},
		{"order number short", nil, map[string]any{"orderId": "12345"}, "body.orderId", codeFormat},
		{"order number long", nil, map[string]any{"orderId": strings.Repeat("1", 33)}, "body.orderId", codeFormat},
		{"attach long", nil, map[string]any{"attach": strings.Repeat("字", 129)}, "body.attach", codeFormat},
		{"relative notifyUrl", nil, map[string]any{"notifyUrl": "/notify"}, "body.notifyUrl", codeFormat},
		{"channel", nil, map[string]any{"payChannel": "03"}, "body.payChannel", codeFormat},
		{"expiry", nil, map[string]any{"exprieTime": "2026-01-01"}, "body.exprieTime", codeFormat},
		{"no authCode", nil, scan, "body.authCode", codeIllegal},
		{"raw JS without openid", nil, map[string]any{"payMode": "02", "wxIsRaw": "1"}, "body.wxSubOpenid", codeIllegal},
		{"version", map[string]any{"version": "1.0.0"}, nil, "head.version", codeFormat},
		{"response code in a request", map[string]any{"respCode": "S0000000"}, nil, "head.respCode", codeIllegal},
		{"tranType", map[string]any{"tranType": "02"}, nil, "head.tranType", codeFormat},
		{"interface", map[string]any{"tranCode": "OP9999"}, nil, "head.tranCode", codeIllegal},
		{"other merchant", map[string]any{"merchantId": gmMerchant}, nil, "head.merchantId", codeIllegal},
		{"flow number of another", map[string]any{"tranFlowid": newFlow("999999999999")}, nil, "head.tranFlowid", codeIllegal},
		{"UTC in place of Beijing", map[string]any{"tranTime": time.Now().UTC().Format(wireLayout)}, nil, "head.tranTime", codeIllegal},
		{"no time at all", map[string]any{"tranTime": "20261399000000"}, nil, "head.tranTime", codeFormat},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			g, p, _ := start(t, nil)
			a, err := p.callWith(changed(p.head(CodePay), test.head), payBody("ORDER001", test.body))
			if err != nil {
				t.Fatal(err)
			}
			if a.Head.RespCode != test.code {
				t.Errorf("answered %s, want %s", a.Head.RespCode, test.code)
			}
			violations := g.Violations()
			if len(violations) != 1 || violations[0].Path != test.path {
				t.Errorf("violations %v, want one at %s", violations, test.path)
			}
			if orders := g.State().Orders; len(orders) != 0 {
				t.Errorf("entered orders in spite of it: %+v", orders)
			}
		})
	}
}

func TestFlowNumberTwice(t *testing.T) {
	t.Parallel()
	g, p, _ := start(t, nil)
	head := p.head(CodePay)
	for _, want := range []string{codeSuccess, codeIllegal} {
		a, err := p.callWith(head, payBody("ORDER001", nil))
		if err != nil || a.Head.RespCode != want {
			t.Fatalf("answered %+v, %v; want %s", a.Head, err, want)
		}
	}
	if v := g.Violations(); len(v) != 1 || v[0].Path != "head.tranFlowid" {
		t.Errorf("violations %v", v)
	}
}

func TestBadEnvelopes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		change func(url.Values)
	}{
		{"unknown merchant", func(f url.Values) { f.Set("merchant_id", "999999999999") }},
		{"no hex", func(f url.Values) { f.Set("msg_enc", "xyz") }},
		{"half a block", func(f url.Values) { f.Set("msg_enc", f.Get("msg_enc")+"00") }},
		{"no message", func(f url.Values) { f.Del("msg_enc") }},
		{"a parameter twice", func(f url.Values) { f.Add("sign", f.Get("sign")) }},
		{"a sixth parameter", func(f url.Values) { f.Set("charset", "utf-8") }},
		{"another's signature", func(f url.Values) { f.Set("sign", f.Get("key_enc")) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			g, p, _ := start(t, nil)
			form := p.form(p.head(CodePay), payBody("ORDER001", nil))
			test.change(form)
			status, text, err := p.post(form)
			if err != nil || status != http.StatusOK || !strings.HasPrefix(text, codeUndecipher) {
				t.Errorf("answered %d %q, %v", status, text, err)
			}
			s := g.State()
			if s.Counters.BadEnvelopes != 1 || len(s.Violations) != 1 || len(s.Orders) != 0 {
				t.Errorf("state %+v", s)
			}
		})
	}
}

func TestRepeatedPay(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name          string
		first, second map[string]any
		paid          bool // between the two
		want          string
	}{
		{"same order shows the same code", nil, nil, false, codeSuccess},
		{"another amount", nil, map[string]any{"totalAmt": "0.02"}, false, codeRepeated},
		{"paid meanwhile", nil, nil, true, codeRepeated},
		{"merchant scans", map[string]any{"payMode": "01", "authCode": "134567890123456789", "totalAmt": "7.02"},
			map[string]any{"payMode": "01", "authCode": "134567890123456789", "totalAmt": "7.02"}, false, codeRepeated},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			g, p, _ := start(t, nil)
			first := p.must(CodePay, payBody("ORDER001", test.first))
			if test.paid {
				if err := g.Pay(Payment{Notice: Notice{MerchantID: p.id, OrderID: "ORDER001", Delivery: DeliverNever}}); err != nil {
					t.Fatal(err)
				}
			}
			second := p.must(CodePay, payBody("ORDER001", test.second))
			if second.Head.RespCode != test.want {
				t.Errorf("answered %s, want %s", second.Head.RespCode, test.want)
			}
			if test.want == codeSuccess && first.Body["codeUrl"] != second.Body["codeUrl"] {
				t.Errorf("showed %v, then %v", first.Body["codeUrl"], second.Body["codeUrl"])
			}
			if got := g.State().Counters.PostsOf(p.id, "ORDER001", CodePay); got != 2 {
				t.Errorf("counted %d posts, want 2", got)
			}
		})
	}
}

// TestLife follows one order from payment to refund.
func TestLife(t *testing.T) {
	t.Parallel()
	g, p, _ := start(t, nil)
	steps := []struct {
		name, code string
		body       map[string]any
		respCode   string
		member     string
		want       any
	}{
		{"query before", CodeQuery, orderBody("ORDER001"), codeNoRecord, "", nil},
		{"pay", CodePay, payBody("ORDER001", map[string]any{"payMode": "01", "authCode": "1345678901", "totalAmt": "10.00"}), codeSuccess, "tranState", "11"},
		{"query", CodeQuery, orderBody("ORDER001"), codeSuccess, "totalAmt", "10.00"},
		{"close a paid order", DefaultCloseCode, orderBody("ORDER001"), codeRefused, "", nil},
		{"refund a part", CodeRefund, refundBodyOf("ORDER001", "REFUND01", "4.00"), codeSuccess, "refundState", "31"},
		{"refund twice", CodeRefund, refundBodyOf("ORDER001", "REFUND01", "4.00"), codeRepeated, "", nil},
		{"refund too much", CodeRefund, refundBodyOf("ORDER001", "REFUND02", "6.01"), codeRefused, "", nil},
		{"refund the rest", CodeRefund, refundBodyOf("ORDER001", "REFUND03", "6.00"), codeSuccess, "refundAmt", 6.0},
		{"refund query", CodeRefundQuery, map[string]any{"merRefundFlowId": "REFUND01"}, codeSuccess, "refundAmt", 4.0},
		{"unknown refund", CodeRefundQuery, map[string]any{"merRefundFlowId": "REFUND02"}, codeNoRecord, "", nil},
		{"refund of no order", CodeRefund, refundBodyOf("ORDER009", "REFUND09", "1.00"), codeNoRecord, "", nil},
		{"pay another", CodePay, payBody("ORDER002", nil), codeSuccess, "tranState", "12"},
		{"refund an unpaid order", CodeRefund, refundBodyOf("ORDER002", "REFUND04", "0.01"), codeRefused, "", nil},
		{"close", DefaultCloseCode, orderBody("ORDER002"), codeSuccess, "tranState", "13"},
		{"close again", DefaultCloseCode, orderBody("ORDER002"), codeSuccess, "tranState", "13"},
		{"query the closed", CodeQuery, orderBody("ORDER002"), codeSuccess, "tranState", "13"},
	}
	for _, step := range steps {
		a := p.must(step.code, step.body)
		if a.Head.RespCode != step.respCode || step.member != "" && a.Body[step.member] != step.want {
			t.Errorf("%s: answered %+v; want %s, %s %v", step.name, a, step.respCode, step.member, step.want)
		}
		if step.respCode != codeSuccess && len(a.Body) != 0 {
			t.Errorf("%s: an error with the body %v", step.name, a.Body)
		}
	}
	wantNoViolations(t, g)
	o, _ := g.Order(p.id, "ORDER001")
	if o.Charges != 1 || len(o.Refunds) != 2 || o.Refunds[0].Executions != 1 || o.Refunds[1].Executions != 1 {
		t.Errorf("order %+v", o)
	}
}

func TestCloseSwitchedOff(t *testing.T) {
	t.Parallel()
	g, p, _ := start(t, func(c *Config) { c.CloseCode = NoClose })
	if a := p.must(DefaultCloseCode, orderBody("ORDER001")); a.Head.RespCode != codeIllegal {
		t.Errorf("answered %s, want %s", a.Head.RespCode, codeIllegal)
	}
	if len(g.Violations()) != 1 {
		t.Errorf("violations %v", g.Violations())
	}
}

func TestInFlight(t *testing.T) {
	t.Parallel()
	g, intl, gm := start(t, nil)
	if err := g.Script(Rule{Behaviour: Silent}); err != nil {
		t.Fatal(err)
	}
	const calls = 5
	var wg sync.WaitGroup
	for i := range calls {
		p := intl
		if i == 0 {
			p = gm
		}
		wg.Go(func() { p.call(CodePay, payBody(fmt.Sprintf("ORDER%03d", i), nil)) })
	}
	await(t, "all requests in the book", func() bool { return len(g.State().Orders) == calls })
	g.Close() // lets the silent ones go
	wg.Wait()
	c := g.State().Counters
	if c.InFlightMax != calls || c.Merchants[testMerchant].Max != calls-1 || c.Merchants[gmMerchant].Max != 1 {
		t.Errorf("counters %+v", c)
	}
	await(t, "all requests to leave", func() bool { return g.State().Counters.InFlight == 0 })
}

// await polls for what the gateway does in another goroutine.
func await(t *testing.T, what string, done func() bool) {
	t.Helper()
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	timeout := time.After(2 * time.Minute)
	for !done() {
		select {
		case <-ticker.C:
		case <-timeout:
			t.Fatalf("waited too long for %s", what)
		}
	}
}
