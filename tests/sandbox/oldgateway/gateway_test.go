package oldgateway

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/tests/httpclient"
	"github.com/paybridge/paybridge/tests/sandbox/merchant"
)

const (
	testMerID = "89900001"
	testKey   = "0123456789abcdef"
	otherID   = "89900002"
)

func testConfig() Config {
	return Config{Merchants: []Merchant{{ID: testMerID, Key: testKey}, {ID: otherID, Key: "another"}}}
}

// serve serves a gateway and returns it with its address.
func serve(t testing.TB, config Config) (*Gateway, string) {
	t.Helper()
	g, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(g)
	t.Cleanup(func() {
		g.Close()
		server.Close()
	})
	return g, server.URL
}

func program(address string) *merchant.Client {
	return &merchant.Client{BaseURL: address, MerchantID: testMerID, Key: testKey}
}

// payment is a right submission.
func payment(action, orderID string) merchant.Payment {
	return merchant.Payment{Action: action, OrderID: orderID, Amount: 1999, Code: "134567890123456789", IP: "192.0.2.1"}
}

// The strict reader of package merchant takes every reply, whatever dialect the
// merchant speaks.
func TestEveryDialect(t *testing.T) {
	t.Parallel()
	g, address := serve(t, testConfig())
	for _, dialect := range merchant.Dialects() {
		t.Run(dialect.Name, func(t *testing.T) {
			t.Parallel()
			client := program(address)
			client.Dialect = dialect
			orderID := strings.Map(func(r rune) rune {
				if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
					return r
				}
				return -1
			}, dialect.Name)
			if reply, err := client.Pay(t.Context(), payment("WxSao", orderID)); err != nil || reply.RespCode != "00" {
				t.Fatalf("pay: %+v, %v", reply, err)
			}
			reply, err := client.Query(t.Context(), merchant.Lookup{OrderID: orderID})
			if err != nil || reply.ResultCode != "1001" {
				t.Errorf("query: %+v, %v", reply, err)
			}
			if err := g.Pay(testMerID, orderID); err != nil {
				t.Fatal(err)
			}
			if reply, err = client.Query(t.Context(), merchant.Lookup{QueryID: reply.QueryID}); err != nil || reply.ResultCode != "0000" {
				t.Errorf("query by the gateway's number: %+v, %v", reply, err)
			}
			if reply, err = client.Cancel(t.Context(), merchant.Lookup{OrderID: orderID}); err != nil || reply.RespCode != "00" {
				t.Errorf("cancel: %+v, %v", reply, err)
			}
			book := g.State().Book
			if charges, refunds := book.Count(Charge, testMerID, orderID), book.Count(Refund, testMerID, orderID); charges != 1 || refunds != 1 {
				t.Errorf("%d charges and %d refunds, want 1 and 1", charges, refunds)
			}
		})
	}
}

func TestEveryAction(t *testing.T) {
	t.Parallel()
	g, address := serve(t, testConfig())
	for name, action := range actions {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for range 2 { // a repeat is the same order
				if reply, err := program(address).Pay(t.Context(), payment(name, "order"+name)); err != nil || reply.RespCode != "00" {
					t.Fatalf("%+v, %v", reply, err)
				}
			}
			book := g.State().Book
			want := 0
			if action.code {
				want = 1
			}
			if n := book.Count(Charge, testMerID, "order"+name); n != want {
				t.Errorf("charged %d times, want %d", n, want)
			}
			if o, _ := book.Order(testMerID, "order"+name); o.Submissions != 2 {
				t.Errorf("submitted %d times, want 2", o.Submissions)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	g, address := serve(t, testConfig())
	client := program(address)
	if _, err := client.Pay(t.Context(), payment("WxSao", "taken0001")); err != nil {
		t.Fatal(err)
	}
	other := payment("WxSao", "taken0001")
	other.Amount = 1
	noCode := payment("WxCode", "nocode001")
	noCode.Code = ""
	fraction := payment("WxSao", "fraction1")
	fraction.Extra = map[string]any{"txnamt": "19.99"}
	for name, tc := range map[string]struct {
		payment merchant.Payment
		want    refusal
	}{
		"a number with other contents": {other, refusedTaken},
		"no code":                      {noCode, refusedMember},
		"no order number":              {payment("WxSao", ""), refusedMember},
		"a fraction of a fen":          {fraction, refusedAmount},
		"an action that is none":       {payment("WxNone", "action001"), refusedAction},
	} {
		reply, err := client.Pay(t.Context(), tc.payment)
		if err != nil || reply.RespCode != tc.want.RespCode || reply.RespMsg != tc.want.RespMsg {
			t.Errorf("%s: %+v, %v; want %+v", name, reply, err, tc.want)
		}
	}
	for name, wrong := range map[string]*merchant.Client{
		"key":    {BaseURL: address, MerchantID: testMerID, Key: "wrong"},
		"number": {BaseURL: address, MerchantID: "89999999", Key: testKey},
	} {
		reply, err := wrong.Pay(t.Context(), payment("WxCode", "wrong0001"))
		if err != nil || reply.RespCode != "90" || reply.Signed {
			t.Errorf("wrong %s: %+v, %v; want 90 without a signature", name, reply, err)
		}
	}
	for name, ask := range map[string]func() (*merchant.Reply, error){
		"query":  func() (*merchant.Reply, error) { return client.Query(t.Context(), merchant.Lookup{OrderID: "none"}) },
		"cancel": func() (*merchant.Reply, error) { return client.Cancel(t.Context(), merchant.Lookup{OrderID: "none"}) },
		"another's": func() (*merchant.Reply, error) {
			return another(address).Query(t.Context(), merchant.Lookup{OrderID: "taken0001"})
		},
		"another's, too": func() (*merchant.Reply, error) {
			return another(address).Cancel(t.Context(), merchant.Lookup{OrderID: "taken0001"})
		},
	} {
		if reply, err := ask(); err != nil || reply.RespCode != refusedNoOrder.RespCode {
			t.Errorf("%s: %+v, %v", name, reply, err)
		}
	}
	if entries := g.State().Entries; len(entries) > 0 {
		t.Errorf("money has moved: %+v", entries)
	}
}

func another(address string) *merchant.Client {
	return &merchant.Client{BaseURL: address, MerchantID: otherID, Key: "another"}
}

// A number that merchants send as queryid is their own order number at times.
func TestOwnNumberAsQueryID(t *testing.T) {
	t.Parallel()
	_, address := serve(t, testConfig())
	client := program(address)
	if _, err := client.Pay(t.Context(), payment("WxSao", "own000001")); err != nil {
		t.Fatal(err)
	}
	if reply, err := client.Query(t.Context(), merchant.Lookup{QueryID: "own000001"}); err != nil || reply.OrderID != "own000001" {
		t.Errorf("%+v, %v", reply, err)
	}
}

// Nobody pays an order twice, nor one that is closed.
func TestPayOnce(t *testing.T) {
	t.Parallel()
	g, address := serve(t, testConfig())
	client := program(address)
	for _, orderID := range []string{"paid00001", "closed001"} {
		if _, err := client.Pay(t.Context(), payment("WxSao", orderID)); err != nil {
			t.Fatal(err)
		}
	}
	if err := g.Pay(testMerID, "paid00001"); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Cancel(t.Context(), merchant.Lookup{OrderID: "closed001"}); err != nil {
		t.Fatal(err)
	}
	for _, orderID := range []string{"paid00001", "closed001", "unknown01"} {
		if err := g.Pay(testMerID, orderID); err == nil {
			t.Errorf("%s was paid", orderID)
		}
	}
	if n := len(g.State().Entries); n != 1 {
		t.Errorf("%d entries, want 1", n)
	}
}

// Payouts are an interface that the specification does not have.
func TestPayout(t *testing.T) {
	t.Parallel()
	g, address := serve(t, testConfig())
	for range 2 {
		reply, err := program(address).Send(t.Context(), "/api/payout", map[string]any{"merid": testMerID, "orderid": "payout001", "txnamt": 500})
		if err == nil {
			t.Fatalf("%+v: a payout tells no amount, which the strict reader must notice", reply)
		}
	}
	if n := g.State().Count(Payout, testMerID, "payout001"); n != 1 {
		t.Errorf("%d payouts, want 1", n)
	}
}

// Everything else is an HTML page, and is counted.
func TestUnknownPath(t *testing.T) {
	t.Parallel()
	g, address := serve(t, testConfig())
	for _, path := range []string{"/", "/api/unknown", "/apis/x/y.do", "/wxjsapi/"} {
		resp, err := httpclient.Client.Get(address + path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusNotFound || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
			t.Errorf("%s: %s, %s", path, resp.Status, resp.Header.Get("Content-Type"))
		}
		if n := g.State().Requests["GET "+path]; n != 1 {
			t.Errorf("%s is counted %d times", path, n)
		}
	}
}

func TestConfigRefuses(t *testing.T) {
	t.Parallel()
	for name, merchants := range map[string][]Merchant{
		"none":     nil,
		"a number": {{ID: "1", Key: "k"}},
		"no key":   {{ID: testMerID}},
		"twice":    {{ID: testMerID, Key: "k"}, {ID: testMerID, Key: "k"}},
	} {
		if _, err := New(Config{Merchants: merchants}); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}
