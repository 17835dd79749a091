package sandbox

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// control makes a control request as a caller at addr.
func control(g *Gateway, addr, method, path, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, ControlPrefix+path, strings.NewReader(body))
	r.RemoteAddr = addr
	w := httptest.NewRecorder()
	g.ServeHTTP(w, r)
	return w
}

const loopback = "127.0.0.1:1000"

func TestControlLoopbackOnly(t *testing.T) {
	t.Parallel()
	g, _, _ := start(t, nil)
	for addr, want := range map[string]int{
		loopback: 200, "[::1]:9": 200, "192.0.2.1:80": 403, "[2001:db8::1]:80": 403, "": 403, "@": 403,
	} {
		if got := control(g, addr, "GET", "state", "").Code; got != want {
			t.Errorf("%q: %d, want %d", addr, got, want)
		}
	}
}

// TestControl walks through every command.
func TestControl(t *testing.T) {
	t.Parallel()
	b := startBridge(t)
	g, p, _ := start(t, nil)
	order := `"merchantId":"` + p.id + `","orderId":"ORDER001"`
	pay := func() { p.must(CodePay, payBody("ORDER001", map[string]any{"notifyUrl": b.URL})) }
	steps := []struct {
		method, path, body string
		status             int
		contains           string
	}{
		{"POST", "pay", `{` + order + `,"delivery":"hold"}`, 200, "null"},
		{"GET", "state", "", 200, `"held": 1`},
		{"GET", "exchanges", "", 200, CodePay},
		{"POST", "release", "", 200, `"body": "success"`},
		{"POST", "notice", `{` + order + `,"variant":"number","copies":2}`, 200, `\"totalAmt\":0.01`},
		{"GET", "behaviours", "", 200, `"amountUnprocessed": 803`},
		{"POST", "behaviour", `{"behaviour":"pending","tranCode":"OP1003","delay":"1ms","times":1}`, 200, "null"},
		{"POST", "pay", `{` + order + `}`, 400, "not waiting for payment"},
		{"POST", "fail", `{` + order + `}`, 400, "not waiting for payment"},
		{"POST", "refund", `{` + order + `,"merRefundFlowId":"REFUND01"}`, 400, "say true or false"},
		{"POST", "refund", `{` + order + `,"merRefundFlowId":"REFUND01","done":true}`, 400, "no refund"},
		{"POST", "behaviour", `{"behaviour":"dance"}`, 400, "dance"},
		{"POST", "behaviour", `{"behaviour":"html","delay":"long"}`, 400, "delay"},
		{"POST", "behaviour", `{"behavior":"html"}`, 400, "behavior"},
		{"POST", "notice", `{`, 400, "error"},
		{"GET", "pay", "", 405, ""},
		{"GET", "nothing", "", 404, ""},
		{"POST", "reset", "", 200, "null"},
		{"GET", "state", "", 200, `"orders": null`},
	}
	pay()
	for _, step := range steps {
		w := control(g, loopback, step.method, step.path, step.body)
		if w.Code != step.status || !strings.Contains(w.Body.String(), step.contains) {
			t.Errorf("%s %s %s: %d %s", step.method, step.path, step.body, w.Code, w.Body)
		}
	}
	pay()
	if w := control(g, loopback, "POST", "fail", `{`+order+`}`); w.Code != 200 {
		t.Errorf("failing: %s", w.Body)
	}
	var s State
	if err := json.Unmarshal(control(g, loopback, "GET", "state", "").Body.Bytes(), &s); err != nil {
		t.Fatal(err)
	}
	if len(s.Orders) != 1 || s.Orders[0].State != StateFailed {
		t.Errorf("state %+v", s)
	}
}

func TestOtherPaths(t *testing.T) {
	t.Parallel()
	g, _, _ := start(t, nil)
	w := httptest.NewRecorder()
	g.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	if w.Code != http.StatusNotFound {
		t.Errorf("status %d", w.Code)
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	good := merchants(t)[0]
	with := func(change func(*Merchant)) []Merchant {
		m := good
		change(&m)
		return []Merchant{m}
	}
	for _, test := range []struct {
		name   string
		config Config
		want   string
	}{
		{"nobody", Config{}, "no merchants"},
		{"short number", Config{Merchants: with(func(m *Merchant) { m.ID = "1" })}, "12 digits"},
		{"twice", Config{Merchants: []Merchant{good, good}}, "twice"},
		{"suite", Config{Merchants: with(func(m *Merchant) { m.Suite = "rot13" })}, "rot13"},
		{"keys of another suite", Config{Merchants: with(func(m *Merchant) { m.Suite = SuiteGM })}, "merchant key"},
		{"no gateway key", Config{Merchants: with(func(m *Merchant) { m.GatewayKey = nil })}, "gateway key"},
		{"close code taken", Config{Merchants: []Merchant{good}, CloseCode: CodePay}, "close code"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if _, err := New(test.config); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want one about %q", err, test.want)
			}
		})
	}
}
