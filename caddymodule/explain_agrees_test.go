package caddymodule

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"

	"github.com/paybridge/paybridge/caddymodule/internal/bodies"
	"github.com/paybridge/paybridge/caddymodule/internal/explain"
	"github.com/paybridge/paybridge/caddymodule/internal/forms"
	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	"github.com/paybridge/paybridge/caddymodule/internal/refusals"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// corpus are the parts that requests are put together from.
var corpus = struct {
	methods, merchantPaths, contentTypes, headers []string
}{
	methods: []string{"POST", "GET", "PUT", "OPTIONS"},
	merchantPaths: []string{
		"/api/mpgateway", "/API/MpGateway/", "//api/query", "/api/cancel", "/api/%71uery", "/api/icashier", "/api", "/apis/other",
		"/wxjsapi", "/other", "/", "/apix/query", "/paybridge/ready", "/paybridge/health/live",
	},
	contentTypes: []string{
		"", "application/x-www-form-urlencoded;charset=GBK", "application/json", "multipart/form-data", "multipart/form-data; boundary=b",
		"multipart/form-data; boundary=other", "Multipart/Form-Data;Boundary=\"b\"", "multipart/form-data; boundary=b; boundary=b", "???",
	},
	headers: []string{"", "Content-Encoding: UTF-8\r\n", "Content-Encoding: gzip\r\n"},
}

// formBodies are the ways in which parameters travel: body and query.
func formBodies(form url.Values) map[string][2]string {
	var parts strings.Builder
	for name := range form {
		fmt.Fprintf(&parts, "--b\r\nContent-Disposition: form-data; name=%q\r\n\r\n%s\r\n", name, form.Get(name))
	}
	encoded := form.Encode()
	return map[string][2]string{
		"urlencoded":    {encoded, ""},
		"line end":      {encoded + "\r\n", ""},
		"multipart":     {parts.String() + "--b--\r\n", ""},
		"no end":        {parts.String(), ""},
		"query":         {"", encoded},
		"both":          {encoded, "req=other&sign=other"},
		"twice":         {encoded + "&req=x&sign=y", ""},
		"twice, first":  {"req=x&" + encoded, ""},
		"encoded again": {url.QueryEscape(encoded), ""},
		"JSON":          {`{"req":"` + form.Get("req") + `","sign":"` + form.Get("sign") + `"}`, ""},
		"nothing":       {"", ""},
		"many parts":    {strings.Repeat("--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n1\r\n", forms.MaxParts) + parts.String() + "--b--\r\n", ""},
		"too long":      {encoded + "&x=" + strings.Repeat("a", forms.MaxBody), ""},
	}
}

// wireRequest is a request as it travels, and as somebody saves it.
func wireRequest(method, path, contentType, headers, body, query string, chunked bool) string {
	if query != "" {
		path += "?" + query
	}
	if contentType != "" {
		headers += "Content-Type: " + contentType + "\r\n"
	}
	if chunked {
		headers += "Transfer-Encoding: chunked\r\n"
		half := len(body) / 2
		if body != "" {
			body = fmt.Sprintf("%x\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n", max(half, 1), body[:max(half, 1)], len(body)-max(half, 1), body[max(half, 1):])
		} else {
			body = "0\r\n\r\n"
		}
	} else {
		headers += fmt.Sprintf("Content-Length: %d\r\n", len(body))
	}
	return fmt.Sprintf("%s %s HTTP/1.1\r\nHost: pay\r\nConnection: close\r\n%s\r\n%s", method, path, headers, body)
}

var respCode = regexp.MustCompile(`^respcode ([0-9]{2})`)

// causeSink takes the causes that the bridge has found.
type causeSink chan string

func (c causeSink) RequestRefused(cause string) { c <- cause }

// rememberTo has the servers that start afterwards tell causes to a sink, with all
// the time that they need for finding them.
func rememberTo(t *testing.T, sink refusals.Observer) {
	t.Helper()
	before := refused
	refused = refusals.New(sink, func(time.Duration) time.Duration { return 0 })
	t.Cleanup(func() { refused = before }) // runs after the server has stopped
}

// TestExplainAgreesWithTheBridge sends every combination of the corpus to a
// running bridge and has it explained: the two must say the same, and what the
// bridge remembers of a refusal must be the cause that explain names. Budgets and
// what only the ledger knows are not compared.
func TestExplainAgreesWithTheBridge(t *testing.T) { // not parallel: one Caddy a process
	causes := make(causeSink, 1)
	rememberTo(t, causes)
	s := startServer(t, "")
	w := explainWorld(t)
	order := `{"merid":"89900001","orderid":"T20261121000009999"}`
	messages := map[string]url.Values{
		"pay":            sealed(payJSON("T20261121000000001"), signKey),
		"query":          sealed(order, signKey),
		"previous key":   sealed(order, oldSignKey),
		"wrong key":      sealed(order, "another key"),
		"no merchant":    sealed(`{"merid":"89900009","orderid":"T20261121000009999"}`, signKey),
		"kept for tries": sealed(payJSON("PAYBRIDGETRY00001"), signKey),
		"not used":       sealed(strings.Replace(payJSON("T20261121000000004"), "{", `{"fronturl":[],"payway":-1,"ip":"`+strings.Repeat("203.0.113.7,", 9)+`",`, 1), signKey),
		"GBK, not used":  sealed(strings.Replace(order, "{", "{\"subject\":\"\xb2\xe8\xbf\x5c\",", 1), signKey),
		"GBK, used":      sealed(strings.Replace(order, "T20261121", "\xb2\xe8", 1), signKey),
		"amount in yuan": sealed(strings.Replace(payJSON("T20261121000000002"), `"1999"`, `"19.99"`, 1), signKey),
	}
	compared := 0
	for name, form := range messages {
		for kind, body := range formBodies(form) {
			for i, path := range corpus.merchantPaths {
				for j, contentType := range corpus.contentTypes {
					if (i+3*j+len(name)+len(kind))%3 != 0 && kind != "urlencoded" && kind != "multipart" {
						continue // every third will do
					}
					method := corpus.methods[(i+j)%len(corpus.methods)]
					if j%2 == 0 {
						method = http.MethodPost
					}
					// Half a megabyte each. Where the bridge serves nothing, Caddy answers
					// without reading that, and half a second later resets whoever still sends.
					if kind == "too long" && (name != "query" || j > 3 || !servedPath(path)) {
						continue
					}
					text := wireRequest(method, path, contentType, corpus.headers[(i+j)%len(corpus.headers)], body[0], body[1], (i+j)%5 == 0)
					got := s.raw(t, text)
					report := explain.Explain([]byte(text), w)
					if want := merchantVerdict(got); verdict(report) != want {
						t.Errorf("%s, %s, %s %s, %q: the bridge says %q (%d %.200s), explain %q %q", name, kind, method, path, contentType,
							want, got.status, got.body, verdict(report), report.Answer)
					}
					if remembered(got) {
						want := report.Cause()
						decoded, _ := url.PathUnescape(path) // of the corpus
						route, _ := inbound.Served().At(decoded)
						switch {
						case report.Accepted:
							want = "no_such_order" // the ledger's word
						case kind != "too long" && len(body[0]) > bodies.Own:
							want = cmp.Or(explain.CauseOfHead(route, method), refusals.NotExamined)
						}
						if cause := <-causes; cause != want {
							t.Errorf("%s, %s, %s %s, %q: the bridge remembers %q, explain says %q", name, kind, method, path, contentType, cause, want)
						}
					}
					compared++
				}
			}
		}
	}
	if compared < 1000 {
		t.Errorf("only %d requests were compared", compared)
	}
}

func servedPath(path string) bool {
	decoded, err := url.PathUnescape(path)
	_, served := inbound.Served().At(decoded)
	return err == nil && served
}

// TestExplainAgreesAboutNotices does so for the other wire.
func TestExplainAgreesAboutNotices(t *testing.T) { // not parallel: one Caddy a process
	s := startServer(t, "")
	w := explainWorld(t)
	mustBeV1(t, s.postForm(t, "/api/mpgateway", sealed(payJSON("T20261121000000001"), signKey)), v1.CodeOK, signKey)
	orderNo := s.gateway.lastOrderNo()
	good := s.gateway.noticeForm(t, orderNo, "12", "19.99")
	damaged := s.gateway.noticeForm(t, orderNo, "12", "19.99")
	damaged.Set("sign", strings.Repeat("0", len(damaged.Get("sign"))))
	send := func(what, text string) {
		got := s.raw(t, text)
		report := explain.Explain([]byte(text), w)
		if taken := string(got.body) == "success"; taken != report.Accepted {
			t.Errorf("%s: the bridge says %q, explain accepts: %v (%v)", what, got.body, report.Accepted, report.Causes)
		}
	}
	for kind, body := range formBodies(good) {
		if kind == "too long" || kind == "many parts" {
			continue
		}
		for i, contentType := range []string{"", "multipart/form-data", "multipart/form-data; boundary=b"} {
			path := []string{"/onepay/notify", "/OnePay/Notify/", "/onepay//notify"}[i]
			method := []string{"POST", "PUT", "POST"}[i]
			send(kind+" "+contentType, wireRequest(method, path, contentType, corpus.headers[i], body[0], body[1], i == 1))
		}
	}
	send("damaged", wireRequest("POST", "/onepay/notify", "", "", damaged.Encode(), "", false))
	send("a merchant's", wireRequest("POST", "/onepay/notify", "", "", sealed(payJSON("T20261121000000003"), signKey).Encode(), "", false))
	text := wireRequest("POST", "/api/query", "", "", good.Encode(), "", false)
	if got, report := s.raw(t, text), explain.Explain([]byte(text), w); merchantVerdict(got) != verdict(report) {
		t.Errorf("a notice at a merchant's path: %q, %q", merchantVerdict(got), verdict(report))
	}
}

// pageCodes are the codes of what a payer's page says of the request itself, by its
// title. Whatever else it says is the ledger's, or WeChat's.
var pageCodes = map[string][]v1.Code{
	"支付链接不完整":    {v1.CodeBadRequest, v1.CodeAmount},
	"支付链接无法验证":   {v1.CodeSignature},
	"找不到商户":      {v1.CodeBadRequest},
	"这笔订单不能在此付款": {v1.CodeUnsupported},
}

// TestExplainAgreesAboutPages does so for the links that merchants send payers to.
func TestExplainAgreesAboutPages(t *testing.T) { // not parallel: one Caddy a process
	s := startPayerServer(t, "")
	w := explainWorld(t)
	jsapi := wxJsApi("T20261121000000001", "")
	goPay := goPayJSON("ABCDEFGH01234567ABCDEFGH01234567")
	change := strings.NewReplacer
	for name, link := range map[string]string{
		"order":            signedLinkOf(inbound.WxGatewayPath, jsapi),
		"no action":        signedLinkOf(inbound.WxGatewayPath, change(`"action":"WxJsApi",`, "").Replace(jsapi)),
		"empty action":     signedLinkOf(inbound.WxGatewayPath, change(`"WxJsApi"`, `""`).Replace(jsapi)),
		"WxSao":            signedLinkOf(inbound.WxGatewayPath, change("WxJsApi", "WxSao").Replace(jsapi)),
		"WxCode":           signedLinkOf(inbound.WxGatewayPath, change("WxJsApi", "WxCode").Replace(jsapi)),
		"no such action":   signedLinkOf(inbound.WxGatewayPath, change("WxJsApi", "wxjsapi").Replace(jsapi)),
		"kept for tries":   signedLinkOf(inbound.WxGatewayPath, wxJsApi("PAYBRIDGETRY00001", "")),
		"yuan":             signedLinkOf(inbound.WxGatewayPath, change("1999", "19.99").Replace(jsapi)),
		"no backurl":       signedLinkOf(inbound.WxGatewayPath, change("backurl", "x").Replace(jsapi)),
		"bad fronturl":     signedLinkOf(inbound.WxGatewayPath, wxJsApi("T20261121000000002", `,"fronturl":"x"`)),
		"GBK, not used":    signedLinkOf(inbound.WxGatewayPath, wxJsApi("T20261121000000003", ",\"goods\":\"\xb2\xe8\"")),
		"wrong key":        inbound.WxGatewayPath + "?" + sealed(jsapi, "another key").Encode(),
		"unknown merchant": signedLinkOf(inbound.WxGatewayPath, change("89900001", "89900009").Replace(jsapi)),
		"nothing":          inbound.WxGatewayPath,

		"signed payment":             signedLinkOf(inbound.GoPayPath, goPay),
		"signed payment, no code":    signedLinkOf(inbound.GoPayPath, change("code", "x").Replace(goPay)),
		"payment, wrong key":         inbound.GoPayPath + "?" + sealed(goPay, "another key").Encode(),
		"payment":                    payLinkOf(aOrderID, "ABCDEFGH01234567ABCDEFGH01234567"),
		"payment, a stray sign":      payLinkOf(aOrderID, "ABCDEFGH") + "&sign=" + strings.Repeat("0", 32),
		"payment, an empty req":      payLinkOf(aOrderID, "ABCDEFGH") + "&req=&sign=x",
		"payment, sign alone":        inbound.GoPayPath + "?sign=x",
		"payment, no code":           payLinkOf(aOrderID, ""),
		"payment, unknown merchant":  change("89900001", "89900009").Replace(payLinkOf(aOrderID, "ABCDEFGH")),
		"payment, nothing":           inbound.GoPayPath,
		"payment, of another's form": inbound.GoPayPath + "?x=1",
	} {
		t.Run(name, func(t *testing.T) {
			path, query, _ := strings.Cut(link, "?")
			text := wireRequest(http.MethodGet, path, "", "", "", query, false)
			got, report := s.raw(t, text), explain.Explain([]byte(text), w)
			var codes []v1.Code
			for title, of := range pageCodes {
				if strings.Contains(string(got.body), title) {
					codes = of
				}
			}
			agrees := slices.ContainsFunc(codes, func(c v1.Code) bool { return strings.Contains(report.Answer, c.Meaning()) })
			if taken := codes == nil; taken != report.Accepted || !taken && !agrees {
				t.Errorf("the bridge says %v (%d), explain accepts: %v, %q", codes, got.status, report.Accepted, report.Answer)
			}
		})
	}
}

// explainWorld is what explain holds messages against: the running merchants.
func explainWorld(t *testing.T) explain.World {
	t.Helper()
	app, err := caddy.ActiveContext().App("paybridge")
	if err != nil {
		t.Fatal(err)
	}
	running, ok := app.(*App)
	if !ok {
		t.Fatalf("the app is a %T", app)
	}
	return explain.World{Merchants: running.settings.Merchants, Now: time.Now()}
}

// Codes that tell of the request alone; any other means that it was taken, and
// what became of it is the ledger's.
var ofRequest = regexp.MustCompile(`"respcode":"(90|91|97|98)"`)

// remembered reports whether the bridge remembers why it refused.
func remembered(r reply) bool {
	message := unsealed(r.body)
	return ofRequest.Match(message) || ofLedger.Match(message)
}

// ofLedger are the codes of refusals that explain knows nothing of.
var ofLedger = regexp.MustCompile(`"respcode":"(92|93|94|95)"`)

// merchantVerdict is what an answer says of the request.
func merchantVerdict(r reply) string {
	if strings.Contains(string(r.body), "somebody else's page") {
		return "passed on"
	}
	if !strings.HasPrefix(r.header.Get("Content-Type"), "application/json") || r.header.Get("Cache-Control") == "" {
		return "health"
	}
	if code := ofRequest.FindSubmatch(unsealed(r.body)); code != nil {
		return string(code[1])
	}
	return "taken"
}

// verdict is the same of a report.
func verdict(r explain.Report) string {
	switch code := respCode.FindStringSubmatch(r.Answer); {
	case r.Accepted:
		return "taken"
	case code != nil:
		return code[1]
	case strings.HasPrefix(r.Answer, "what else"):
		return "passed on"
	}
	return "health"
}

// unsealed is the message in a v1 reply.
func unsealed(body []byte) []byte {
	var pair struct{ Resp string }
	if err := json.Unmarshal(body, &pair); err != nil {
		return nil
	}
	message, err := base64.StdEncoding.DecodeString(pair.Resp)
	if err != nil {
		return nil
	}
	return message
}
