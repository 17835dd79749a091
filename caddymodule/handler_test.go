package caddymodule

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/forms"
	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

func init() {
	// A seam for the tests: an interface with a defect, which is that nothing serves it.
	routes["/test/panic"] = inbound.Route{Name: "panic", Caller: inbound.Merchant}
}

// payJSON is a pay request of the one merchant.
func payJSON(orderID string) string {
	return fmt.Sprintf(`{"action":"WxSao","txnamt":"1999","merid":"89900001","orderid":%q,`+
		`"backurl":"https://shop.example/notify?token=canary-backurl-query"}`, orderID)
}

// sealed is the form of a request signed with a key.
func sealed(message, key string) url.Values {
	form := v1.SealRequest([]byte(message), v1.NewKey(key))
	return url.Values{"req": {form.Req}, "sign": {form.Sign}}
}

// reply is what a merchant's program sees.
type reply struct {
	status int
	header http.Header
	body   []byte
}

func (s *server) post(t *testing.T, path, contentType string, body io.Reader) reply {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+path, body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", contentType)
	return send(t, req)
}

func (s *server) postForm(t *testing.T, path string, form url.Values) reply {
	t.Helper()
	return s.post(t, path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
}

func send(t *testing.T, req *http.Request) reply {
	t.Helper()
	res, err := newClient(t).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	return read(t, res)
}

func read(t *testing.T, res *http.Response) reply {
	t.Helper()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{status: res.StatusCode, header: res.Header, body: body}
}

// mustBeV1 insists on a well-formed v1 reply with this respcode, signed with
// the key, or unsigned when key is "" (the field page, "Replies to POST
// interfaces"). It returns the message.
func mustBeV1(t *testing.T, r reply, code v1.Code, key string) map[string]any {
	t.Helper()
	if r.status != http.StatusOK {
		t.Errorf("status %d, want 200", r.status)
	}
	if got := r.header.Get("Content-Type"); got != "application/json; charset=utf-8" {
		t.Errorf("Content-Type %q", got)
	}
	for _, c := range r.body {
		if c < 0x20 || c > 0x7e {
			t.Fatalf("body is not plain ASCII: %q", r.body)
		}
	}
	var pair map[string]string
	if err := json.Unmarshal(r.body, &pair); err != nil {
		t.Fatalf("body %q: %v", r.body, err)
	}
	resp, hasResp := pair["resp"]
	sign, hasSign := pair["sign"]
	if len(pair) != 2 || !hasResp || !hasSign {
		t.Fatalf("members %v, want exactly resp and sign", pair)
	}
	if want := v1.NewKey(key).Sign(resp); sign != want {
		t.Errorf("sign %q, want %q", sign, want)
	}
	plain, err := base64.StdEncoding.Strict().DecodeString(resp)
	if err != nil {
		t.Fatalf("resp %q: %v", resp, err)
	}
	var message map[string]any
	if err := json.Unmarshal(plain, &message); err != nil {
		t.Fatalf("message %q: %v", plain, err)
	}
	if message["respcode"] != string(code) {
		t.Errorf("message %s, want respcode %s", plain, code)
	}
	if text, ok := message["respmsg"].(string); !ok || text == "" {
		t.Errorf("message %s has no respmsg", plain)
	}
	return message
}

// A merchant's program that sends a code with an order that shows one may send another
// code with the repeat: nothing reads it.
func TestRepeatWithAnotherCodeThatIsNotUsed(t *testing.T) { // not parallel: one Caddy a process
	s := startServer(t, "")
	first := payJSON("T20261121000000001")
	shown := mustBeV1(t, s.postForm(t, "/api/mpgateway", sealed(first, signKey)), v1.CodeOK, signKey)
	for _, more := range []string{`{"code":"134567890123456701",`, `{"code":"134567890123456702","openid":"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",`} {
		repeat := strings.Replace(first, "{", more, 1)
		again := mustBeV1(t, s.postForm(t, "/api/mpgateway", sealed(repeat, signKey)), v1.CodeOK, signKey)
		if again["queryid"] != shown["queryid"] || again["formaction"] != shown["formaction"] {
			t.Errorf("the repeat with %s hears %v, want %v", more, again, shown)
		}
	}
}

func TestEveryOutcomeIsAV1Reply(t *testing.T) { // not parallel: one Caddy a process
	s := startServer(t, "timeouts {\n\tread 5s\n}") // what a busy machine sends of 512 KiB within that is all
	pay := payJSON("T20261121000000001")
	shortened := sealed(pay, signKey)
	shortened.Set("req", shortened.Get("req")[:40])

	for name, tc := range map[string]struct {
		path string // "" = /api/mpgateway
		form url.Values
		code v1.Code
		key  string
	}{
		"no parameters":        {form: url.Values{}, code: v1.CodeBadRequest},
		"req is empty":         {form: url.Values{"req": {""}, "sign": {""}}, code: v1.CodeBadRequest},
		"req is rubbish":       {form: url.Values{"req": {"%%%"}, "sign": {"x"}}, code: v1.CodeBadRequest},
		"req breaks off":       {form: shortened, code: v1.CodeBadRequest},
		"req is too long":      {form: sealed(strings.Repeat(" ", v1.MaxReq)+pay, signKey), code: v1.CodeBadRequest},
		"unknown merchant":     {form: sealed(`{"merid":"89900009","action":"WxSao"}`, signKey), code: v1.CodeBadRequest},
		"wrong key":            {form: sealed(pay, "another key"), code: v1.CodeSignature},
		"no signature":         {form: url.Values{"req": sealed(pay, signKey)["req"]}, code: v1.CodeSignature},
		"unknown action":       {form: sealed(strings.Replace(pay, "WxSao", "WxFly", 1), signKey), code: v1.CodeUnsupported, key: signKey},
		"fraction of a fen":    {form: sealed(strings.Replace(pay, "1999", "19.99", 1), signKey), code: v1.CodeAmount, key: signKey},
		"no order number":      {form: sealed(`{"merid":"89900001","action":"WxSao","txnamt":1}`, signKey), code: v1.CodeBadRequest, key: signKey},
		"out of scope":         {path: "/api/icashier", form: sealed(pay, signKey), code: v1.CodeUnsupported, key: signKey},
		"query without order":  {path: "/api/query", form: sealed(`{"merid":"89900001"}`, signKey), code: v1.CodeBadRequest, key: signKey},
		"query unknown order":  {path: "/api/query", form: sealed(`{"merid":"89900001","orderid":"T0000000"}`, signKey), code: v1.CodeNoOrder, key: signKey},
		"cancel unknown order": {path: "/api/cancel", form: sealed(`{"merid":"89900001","orderid":"T0000000"}`, oldSignKey), code: v1.CodeNoOrder, key: oldSignKey},
		"defect inside":        {path: "/test/panic", form: sealed(pay, signKey), code: v1.CodeInternal, key: signKey},
		"defect, previous key": {path: "/test/panic", form: sealed(pay, oldSignKey), code: v1.CodeInternal, key: oldSignKey},
	} {
		t.Run(name, func(t *testing.T) {
			path := tc.path
			if path == "" {
				path = "/api/mpgateway"
			}
			mustBeV1(t, s.postForm(t, path, tc.form), tc.code, tc.key)
		})
	}
	t.Run("bodies", func(t *testing.T) { testHostileBodies(t, s) })
	if n := s.gateway.posts(); n != 0 {
		t.Errorf("the gateway saw %d requests, want none", n)
	}
}

// testHostileBodies sends what is refused before any key is known.
func testHostileBodies(t *testing.T, s *server) {
	const form, parts = "application/x-www-form-urlencoded", "multipart/form-data; boundary=xyz"
	for name, tc := range map[string]struct{ contentType, body string }{
		"empty":                   {form, ""},
		"larger than 512 KiB":     {form, "req=" + strings.Repeat("A", forms.MaxBody)},
		"multipart breaks off":    {parts, "--xyz\r\nContent-Disposition: form-data; name=\"req\"\r\n\r\nabc"},
		"multipart without parts": {parts, "req=abc&sign=def"},
		"multipart, 65 parts": {parts, strings.Repeat("--xyz\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n", forms.MaxParts+1) +
			"--xyz--\r\n"},
		"binary": {"application/octet-stream", "\x00\xff\xfe"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mustBeV1(t, s.post(t, "/api/mpgateway", tc.contentType, strings.NewReader(tc.body)), v1.CodeBadRequest, "")
		})
	}
	for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodOptions} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			req, err := http.NewRequestWithContext(t.Context(), method, s.url+"/api/mpgateway?"+sealed(payJSON("T0000000"), signKey).Encode(), nil)
			if err != nil {
				t.Fatal(err)
			}
			mustBeV1(t, send(t, req), v1.CodeBadRequest, "")
		})
	}
	for name, sent := range map[string]string{
		"slow body":                  "Content-Length: 100\r\n\r\nreq=",
		"slow chunked body":          "Transfer-Encoding: chunked\r\n\r\n4\r\nreq=\r\n",
		"larger and slow to the end": fmt.Sprintf("Content-Length: %d\r\n\r\n%s", forms.MaxBody+100, strings.Repeat("A", forms.MaxBody+1)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mustBeV1(t, s.raw(t, "POST /api/mpgateway HTTP/1.1\r\nHost: pay\r\n"+sent), v1.CodeBadRequest, "")
		})
	}
}

// raw sends bytes, and reads an answer while the connection stays open.
func (s *server) raw(t *testing.T, request string) reply {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	return read(t, res)
}

func TestPaymentsAreAccepted(t *testing.T) { // not parallel: one Caddy a process
	s := startServer(t, "")
	for i, tc := range []struct {
		name string
		key  string
		send func(t *testing.T, form url.Values) reply
	}{
		{"urlencoded", signKey, func(t *testing.T, form url.Values) reply { return s.postForm(t, "/api/mpgateway", form) }},
		{"previous key", oldSignKey, func(t *testing.T, form url.Values) reply { return s.postForm(t, "/api/mpgateway", form) }},
		{"multipart", signKey, func(t *testing.T, form url.Values) reply { return s.postMultipart(t, "/api/mpgateway", form) }},
		{"multipart, boundary without quotes", signKey, func(t *testing.T, form url.Values) reply {
			contentType, body := unquotedMultipart(form)
			return s.post(t, "/api/mpgateway", contentType, strings.NewReader(body))
		}},
		{"blanks around the signature", signKey, func(t *testing.T, form url.Values) reply {
			form.Set("sign", "\t"+form.Get("sign")+" \r\n")
			return s.postForm(t, "/api/mpgateway", form)
		}},
		{"in the query string", signKey, func(t *testing.T, form url.Values) reply {
			return s.post(t, "/api/mpgateway?"+form.Encode(), "text/plain", http.NoBody)
		}},
		{"no encoding called UTF-8", signKey, func(t *testing.T, form url.Values) reply {
			body := form.Encode()
			return s.raw(t, fmt.Sprintf("POST /api/mpgateway HTTP/1.1\r\nHost: pay\r\nContent-Encoding: UTF-8\r\n"+
				"Content-Type: application/x-www-form-urlencoded;charset=utf-8;\r\nContent-Length: %d\r\n\r\n%s", len(body), body))
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			orderID := fmt.Sprintf("T2026112100000%04d", i)
			message := mustBeV1(t, tc.send(t, sealed(payJSON(orderID), tc.key)), v1.CodeOK, tc.key)
			for member, want := range map[string]any{
				"txnamt": 1999.0, "merid": "89900001", "orderid": orderID, "formaction": shownCode,
			} {
				if message[member] != want {
					t.Errorf("%s = %v, want %v", member, message[member], want)
				}
			}
		})
	}
	if got, want := s.gateway.posts(), 7; got != want {
		t.Errorf("the gateway saw %d requests, want %d", got, want)
	}
}

// unquotedMultipart is a form as a Python program of 2021 sent it: its boundary
// has signs that the grammar wants quoted, and is not.
func unquotedMultipart(form url.Values) (contentType, body string) {
	const boundary = "===1616056691487==="
	var b strings.Builder
	for name := range form {
		fmt.Fprintf(&b, "--%s\r\nContent-Disposition: form-data; name=%q\r\n\r\n%s\r\n", boundary, name, form.Get(name))
	}
	return "multipart/form-data; boundary=" + boundary, b.String() + "--" + boundary + "--\r\n"
}

func (s *server) postMultipart(t *testing.T, path string, form url.Values) reply {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name := range form {
		if err := w.WriteField(name, form.Get(name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return s.post(t, path, w.FormDataContentType(), &body)
}

func TestOtherPathsGoOn(t *testing.T) { // not parallel: one Caddy a process
	s := startServer(t, "")
	for _, path := range []string{"/", "/apiary", "/api-docs/x", "/wxjsapi.html", "/onepay", "/onepay/notify/x", "/api/../shop"} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			r := s.postForm(t, path, sealed(payJSON("T0000000"), signKey))
			if r.status != http.StatusNotFound || string(r.body) != "somebody else's page" {
				t.Errorf("answer %d %q", r.status, r.body)
			}
		})
	}
}

// Blanks and line ends around a member are no part of it, so that a repeat
// without them is the same order.
func TestBlanksAroundMembers(t *testing.T) { // not parallel: one Caddy a process
	s := startServer(t, "")
	const orderID = "T20261121000000001"
	pay := func(orderID, backURL string) string {
		return fmt.Sprintf(`{"action":"WxSao ","txnamt":" 1999\r\n","merid":"89900001\t","orderid":%q,"backurl":%q}`, orderID, backURL)
	}
	for name, message := range map[string]string{
		"as they should be": pay(orderID, "https://shop.example/notify"),
		"blanks":            pay(" "+orderID+" ", "https://shop.example/notify "),
		"line ends":         pay(orderID+"\r\n", "https://shop.example/notify\r\n"),
		"line ends, not escaped": strings.ReplaceAll(strings.ReplaceAll(pay(orderID+"\r", "https://shop.example/notify\n"),
			`\r`, "\r"), `\n`, "\n"),
	} {
		if told := mustBeV1(t, s.postForm(t, "/api/mpgateway", sealed(message, signKey)), v1.CodeOK, signKey); told["orderid"] != orderID {
			t.Errorf("%s: order number %q", name, told["orderid"])
		}
	}
	if n := s.gateway.posts(); n != 1 {
		t.Errorf("the gateway saw %d orders, want 1", n)
	}
	for _, path := range []string{"/api/query", "/api/cancel"} {
		message := fmt.Sprintf(`{"merid":"89900001 ","orderid":%q}`, orderID+" \r\n")
		mustBeV1(t, s.postForm(t, path, sealed(message, signKey)), v1.CodeOK, signKey)
	}
}
