package merchant

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

const (
	testMerchant = "89900001"
	testKey      = "0123456789abcdef0123456789abcdef"
)

// openRequest reads a request the way the field page tells a gateway to: the
// first form of req whose signature matches.
func openRequest(r *http.Request) (map[string]any, error) {
	if err := r.ParseMultipartForm(1 << 20); err != nil && !errors.Is(err, http.ErrNotMultipart) {
		return nil, err
	}
	req, signature := r.Form.Get("req"), r.Form.Get("sign")
	forms := []string{req, strings.ReplaceAll(req, " ", "+")}
	if once, err := url.QueryUnescape(req); err == nil {
		forms = append(forms, once)
	}
	for _, form := range forms {
		if !strings.EqualFold(signature, sign(form, testKey)) {
			continue
		}
		text, err := base64.StdEncoding.DecodeString(form)
		if err != nil {
			return nil, err
		}
		var members map[string]any
		dec := json.NewDecoder(strings.NewReader(string(text)))
		dec.UseNumber()
		return members, dec.Decode(&members)
	}
	return nil, fmt.Errorf("no form of req matches the signature: %q", req)
}

func sealed(inner string) string {
	resp := base64.StdEncoding.EncodeToString([]byte(inner))
	return fmt.Sprintf(`{"resp":%q,"sign":%q}`, resp, sign(resp, testKey))
}

const goodPay = `{"respcode":"00","respmsg":"成功","txnamt":1999,"merid":"89900001","orderid":"T0000001","queryid":"H1","formaction":"weixin://x"}`

func TestDialects(t *testing.T) {
	t.Parallel()
	// The marks at the end put + and / into the base64 text.
	payment := Payment{Action: "WxSao", OrderID: "T0000001", Amount: 1999, BackURL: "http://shop.example/notify?a=1&b=>>>~~~???"}
	for _, d := range Dialects() {
		t.Run(d.Name, func(t *testing.T) {
			t.Parallel()
			var header http.Header
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				header = r.Header.Clone()
				members, err := openRequest(r)
				if err != nil {
					t.Error(err)
				}
				if r.Method != http.MethodPost || r.URL.Path != PayPath {
					t.Errorf("%s %s", r.Method, r.URL.Path)
				}
				amount := strings.TrimSuffix(fmt.Sprint(members["txnamt"]), ".0")
				if amount != "1999" || members["backurl"] != payment.BackURL || members["merid"] != testMerchant {
					t.Errorf("members %v", members)
				}
				if (members["payway"] != nil) != strings.Contains(d.Name, "payway") {
					t.Errorf("payway %v", members["payway"])
				}
				io.WriteString(w, sealed(goodPay))
			}))
			defer server.Close()
			c := Client{BaseURL: server.URL, MerchantID: testMerchant, Key: testKey, Dialect: d}
			reply, err := c.Pay(t.Context(), payment)
			if err != nil || reply.FormAction != "weixin://x" || reply.Amount != 1999 || !reply.Signed {
				t.Errorf("reply %+v, %v", reply, err)
			}
			for name, values := range d.header {
				if got := header.Get(name); name != "Expect" && got != values[0] {
					t.Errorf("%s arrived as %q, want %q", name, got, values[0])
				}
			}
		})
	}
}

// TestDialectBytes fixes what the odd dialects put on the wire.
func TestDialectBytes(t *testing.T) {
	t.Parallel()
	members := map[string]any{"u": "http://a/>>>", "m": strings.Repeat("x", 80)}
	for name, want := range map[string]func(target, body string) bool{
		"php curl, urlencoded":                 func(_, body string) bool { return strings.Contains(body, "%2B") || strings.Contains(body, "%3D") },
		"php, raw plus":                        func(_, body string) bool { return !strings.Contains(body, "%") && strings.Contains(body, "+") },
		"java, encoded twice":                  func(_, body string) bool { return strings.Contains(body, "%252B") },
		"java, parameters in the query string": func(target, body string) bool { return body == "" && strings.Contains(target, "?req=") },
		"c#, base64 with line breaks":          func(_, body string) bool { return strings.Contains(body, "%0D%0A") },
		"sign before req, more parameters":     func(_, body string) bool { return strings.HasPrefix(body, "charset=utf-8&sign=") },
		"php curl, multipart":                  func(_, body string) bool { return strings.Contains(body, `form-data; name="req"`) },
		"java, upper-case sign": func(_, body string) bool {
			_, sign, _ := strings.Cut(body, "&sign=")
			return sign == strings.ToUpper(sign)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, err := DialectNamed(name)
			if err != nil {
				t.Fatal(err)
			}
			r, err := d.Request("http://bridge.example/", QueryPath, testKey, members)
			if err != nil {
				t.Fatal(err)
			}
			var body []byte
			if r.Body != nil {
				body, _ = io.ReadAll(r.Body)
			}
			if !want(r.URL.String(), string(body)) {
				t.Errorf("%s\n%s", r.URL, body)
			}
		})
	}
	if _, err := DialectNamed("klingon"); err == nil {
		t.Error("found a dialect that is not there")
	}
}

func TestReplyRules(t *testing.T) {
	t.Parallel()
	const unreadable = `{"respcode":"90","respmsg":"请求参数错误！"}`
	unsigned := func(inner string) string {
		return fmt.Sprintf(`{"resp":%q,"sign":""}`, base64.StdEncoding.EncodeToString([]byte(inner)))
	}
	replace := func(part, by string) string { return sealed(strings.Replace(goodPay, part, by, 1)) }
	for _, test := range []struct {
		name   string
		status int
		body   string
		rule   string // "" for a good reply
	}{
		{"good", 200, sealed(goodPay), ""},
		{"good, unsigned 90", 200, unsigned(unreadable), ""},
		{"good, signed 90", 200, sealed(unreadable), ""},
		{"status", 500, sealed(goodPay), "status is 200"},
		{"BOM", 200, "\ufeff" + sealed(goodPay), "the body has no BOM"},
		{"not ASCII", 200, strings.Replace(sealed(goodPay), `"sign"`, `"标":"","sign"`, 1), "the body is ASCII"},
		{"HTML", 200, "<html>", "the body is a JSON object"},
		{"form", 200, "resp=1&sign=2", "the body is a JSON object"},
		{"third member", 200, strings.Replace(sealed(goodPay), `"sign"`, `"x":1,"sign"`, 1), "the body has exactly resp and sign"},
		{"sign missing", 200, `{"resp":"e30="}`, "resp and sign are strings"},
		{"sign null", 200, `{"resp":"e30=","sign":null}`, "resp and sign are strings"},
		{"base64 without padding", 200, `{"resp":"e30","sign":""}`, "resp is padded standard base64 on one line"},
		{"base64 in lines", 200, `{"resp":"e3\n0=","sign":""}`, "resp is padded standard base64 on one line"},
		{"unsigned success", 200, unsigned(goodPay), "only respcodes 90 and 91 are unsigned"},
		{"upper-case sign", 200, upperSign(sealed(goodPay)), "sign is the lower-case md5 of resp and key"},
		{"another's sign", 200, strings.Replace(sealed(goodPay), `"sign":"`, `"sign":"0`, 1), "sign is the lower-case md5 of resp and key"},
		{"inner not JSON", 200, sealed("x"), "resp holds a JSON object"},
		{"respmsg missing", 200, sealed(`{"respcode":"94"}`), "respmsg is a string"},
		{"respcode a number", 200, sealed(`{"respcode":0,"respmsg":""}`), "respcode is a string"},
		{"txnamt a string", 200, replace(`1999`, `"1999"`), "txnamt is a JSON integer"},
		{"txnamt a double", 200, replace(`1999`, `1999.0`), "txnamt is a JSON integer"},
		{"txnamt missing", 200, replace(`"txnamt":1999,`, ``), "txnamt is there on 00"},
		{"another amount", 200, replace(`1999`, `1998`), "txnamt is the request's"},
		{"another merchant", 200, replace(`89900001`, `89900002`), "merid is the request's"},
		{"another order", 200, replace(`T0000001`, `T0000002`), "orderid is the request's"},
		{"no queryid", 200, replace(`"H1"`, `""`), "queryid is not empty on 00"},
		{"no formaction", 200, replace(`,"formaction":"weixin://x"`, ``), "formaction is there for WxSao"},
		{"formaction with a plus", 200, replace(`weixin://x`, `weixin://x+`), `formaction has no quotes, blanks or +`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := clientOf(t, test.status, test.body)
			_, err := c.Pay(t.Context(), Payment{Action: "WxSao", OrderID: "T0000001", Amount: 1999})
			wantRule(t, err, test.rule)
		})
	}
}

func upperSign(body string) string {
	head, signature, _ := strings.Cut(body, `"sign":"`)
	return head + `"sign":"` + strings.ToUpper(signature)
}

func TestQueryRules(t *testing.T) {
	t.Parallel()
	const paid = `{"respcode":"00","respmsg":"","resultcode":"0000","resultmsg":"","queryid":"H1","txnamt":1,"merid":"89900001","orderid":"T0000001","paytime":"2026-11-21 23:59:59"}`
	replace := func(part, by string) string { return sealed(strings.Replace(paid, part, by, 1)) }
	for _, test := range []struct{ name, body, rule string }{
		{"paid", sealed(paid), ""},
		{"unpaid", sealed(strings.NewReplacer(`0000`+`",`, `1001",`, `2026-11-21 23:59:59`, ``).Replace(paid)), ""},
		{"no resultcode", replace(`"resultcode":"0000",`, ``), "resultcode is 0000, 1001 or 1003"},
		{"1004", replace(`"0000"`, `"1004"`), "resultcode is 0000, 1001 or 1003"},
		{"no paytime", replace(`,"paytime":"2026-11-21 23:59:59"`, ``), `a query reply has "paytime"`},
		{"paytime of v2", replace(`2026-11-21 23:59:59`, `20261121235959`), "paytime of a paid order is yyyy-MM-dd HH:mm:ss"},
		{"no such order", sealed(`{"respcode":"93","respmsg":"x"}`), ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := clientOf(t, 200, test.body).Query(t.Context(), Lookup{OrderID: "T0000001"})
			wantRule(t, err, test.rule)
		})
	}
}

func TestCancelAndSend(t *testing.T) {
	t.Parallel()
	c := clientOf(t, 200, sealed(`{"respcode":"00","respmsg":"","txnamt":1,"merid":"89900001","orderid":"T0000001","queryid":"H1"}`))
	if r, err := c.Cancel(t.Context(), Lookup{QueryID: "H1"}); err != nil || r.OrderID != "T0000001" {
		t.Errorf("reply %+v, %v", r, err)
	}
	if r, err := c.Send(t.Context(), "/api/icashier", map[string]any{"a": 1}); err != nil || r.RespCode != CodeSuccess {
		t.Errorf("reply %+v, %v", r, err)
	}
}

// clientOf returns a client of a fake that always gives the same answer.
func clientOf(t *testing.T, status int, body string) *Client {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(status)
		io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	return &Client{BaseURL: server.URL, MerchantID: testMerchant, Key: testKey, HTTP: server.Client()}
}

func wantRule(t *testing.T, err error, rule string) {
	t.Helper()
	var got *RuleError
	switch {
	case rule == "" && err != nil:
		t.Errorf("a good reply is refused: %v", err)
	case rule != "" && !errors.As(err, &got):
		t.Errorf("error %v, want a broken rule %q", err, rule)
	case rule != "" && got.Rule != rule:
		t.Errorf("broken rule %q, want %q", got.Rule, rule)
	}
}

func FuzzReadReply(f *testing.F) {
	f.Add([]byte(sealed(goodPay)))
	f.Add([]byte(`{"resp":"e30=","sign":""}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := readReply(http.StatusOK, body, testKey)
		if err == nil && (r.RespCode == "" || !r.Signed && r.RespCode != CodeUnreadable && r.RespCode != CodeSignature) {
			t.Errorf("accepted %q", body)
		}
	})
}
