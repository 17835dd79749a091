package explain_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/explain"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
)

// fieldWorld is the configuration that the messages in testdata/field were made
// for.
func fieldWorld(t testing.TB) explain.World {
	t.Helper()
	read := func(name string) string {
		data, err := os.ReadFile(filepath.Join("testdata", "fieldkeys", name))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	loader := merchants.Loader{Resolve: func(s string) string {
		if name, is := strings.CutPrefix(s, "{file."); is {
			return read(strings.TrimSuffix(name, "}"))
		}
		return s
	}}
	path := func(name string) string { return filepath.Join("testdata", "fieldkeys", name) }
	r, err := loader.Load([]merchants.Config{
		{MerID: "89900001", GatewayMerchant: "473053110001", SignKey: "{file.sign.key}", PrivateKey: path("m.pem"), GatewayKey: path("g.pub.pem")},
		{MerID: "89900002", GatewayMerchant: "473053110002", SignKey: "{file.sign2.key}", PrivateKey: path("m2.pem"), GatewayKey: path("g2.pub.pem"), Suite: "gm"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return explain.World{Merchants: r, Now: now}
}

// TestFieldCases explains messages as they were saved in the field.
func TestFieldCases(t *testing.T) {
	t.Parallel()
	w := fieldWorld(t)
	for name, want := range map[string]struct {
		accepted bool
		causes   []string
		answer   string // how it begins
	}{
		"F4-good.form":                        {true, nil, ""},
		"F5F6-multipart-equals-boundary.http": {true, nil, ""},
		"F6F14-path-other-letters.http":       {true, nil, ""},
		"F6-icashier.http":                    {false, []string{"path_not_served"}, "respcode 97 "},
		"F6-multipart-no-boundary.http":       {false, []string{"multipart_without_boundary"}, "respcode 90 "},
		"F7-gm-key-asn1.form":                 {false, []string{"sm2_key_asn1"}, ""},
		"F7-gm-sign-raw-rs.form":              {false, []string{"sm2_signature_raw"}, ""},
		"F7-intl-oaep.form":                   {false, []string{"key_padding_oaep"}, ""},
		"F19-html-escaped.form":               {false, []string{"json_html_escaped"}, "respcode 90 "},
		"F19-nested.form":                     {false, []string{"json_nested"}, "respcode 90 "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			input, err := os.ReadFile(filepath.Join("testdata", "field", name))
			if err != nil {
				t.Fatal(err)
			}
			r := explain.Explain(input, w)
			if r.Accepted != want.accepted || !slices.Equal(names(r), want.causes) || !strings.HasPrefix(r.Answer, want.answer) {
				t.Errorf("accepted %v, causes %v, answer %q", r.Accepted, names(r), r.Answer)
			}
		})
	}
}

// TestMangledJSON names what happened to a message on its way to base64, and
// finds the merchant all the same.
func TestMangledJSON(t *testing.T) {
	t.Parallel()
	inString, err := json.Marshal(message)
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct{ message, cause string }{
		"HTML":                  {strings.ReplaceAll(message, `"`, "&quot;"), "json_html_escaped"},
		"HTML, numbers":         {strings.ReplaceAll(message, `"`, "&#34;"), "json_html_escaped"},
		"HTML, hex":             {strings.ReplaceAll(message, `"`, "&#x22;"), "json_html_escaped"},
		"percent":               {url.PathEscape(message), "json_percent_encoded"},
		"percent, twice":        {url.PathEscape(url.PathEscape(message)), "json_percent_encoded"},
		"percent, as a query":   {url.QueryEscape(message), "json_percent_encoded"},
		"smart quotes":          {strings.ReplaceAll(message, `"`, "“"), "json_smart_quotes"},
		"full-width quotes":     {strings.ReplaceAll(message, `"`, "＂"), "json_smart_quotes"},
		"backslashes":           {strings.ReplaceAll(message, `"`, `\"`), "json_backslashes"},
		"in an object":          {`{"data":` + message + `}`, "json_nested"},
		"in a text":             {`{"data":` + string(inString) + `}`, "json_nested"},
		"in an array":           {`[` + message + `]`, "not_an_object"},
		"deep, with a signpost": {`{"version":"1","request":` + message + `}`, "json_nested"},
		"cut off":               {message[:len(message)-20], "message_cut_off"},
		"cut off in a name":     {message[:40], "message_cut_off"},
		"single quotes":         {strings.ReplaceAll(message, `"`, "'"), "json_broken"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := explain.Explain([]byte(signed(tc.message)), world(t))
			if r.Accepted || !slices.Contains(names(r), tc.cause) || slices.Contains(names(r), "unknown_key_or_text") {
				t.Errorf("accepted %v, causes %v; want %s", r.Accepted, names(r), tc.cause)
			}
			mustKeepSecrets(t, r, canaries...)
		})
	}
}

// TestWholeRequests: what a request says of itself counts, as at the bridge.
func TestWholeRequests(t *testing.T) {
	t.Parallel()
	request := func(line, headers, body string) string {
		return fmt.Sprintf("%s HTTP/1.1\r\nHost: pay.example.com\r\n%sContent-Length: %d\r\n\r\n%s", line, headers, len(body), body)
	}
	good := signed(message)
	const asForm = "Content-Type: application/x-www-form-urlencoded\r\n"
	for name, tc := range map[string]struct {
		input    string
		accepted bool
		cause    string
		answer   string
	}{
		"as it should be":       {request("POST /api/mpgateway", asForm, good), true, "", ""},
		"saved with a line end": {request("POST /api/mpgateway", asForm, good) + "\n", true, "", ""},
		"in LF":                 {strings.ReplaceAll(request("POST /api/mpgateway", asForm, good), "\r\n", "\n"), true, "", ""},
		"chunked":               {fmt.Sprintf("POST /api/mpgateway HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", len(good), good), true, "", ""},
		"chunked, in LF":        {fmt.Sprintf("POST /api/mpgateway HTTP/1.1\nTransfer-Encoding: chunked\n\n%x;a=b\n%s\n%x\n%s\n0\n\n", 40, good[:40], len(good)-40, good[40:]), true, "", ""},
		"chunked multipart, LF": {chunkedMultipart(), true, "", ""},
		"chunks not saved":      {"POST /api/mpgateway HTTP/1.1\nTransfer-Encoding: chunked\n" + asForm + "\n" + good, true, "", ""},
		"another host":          {request("POST https://pay.example.com/api/mpgateway", asForm, good), true, "", ""},
		"no head but a path":    {"https://pay.example.com/api/icashier?" + good, false, "path_not_served", "respcode 97 "},
		"GET":                   {request("GET /api/mpgateway?"+good, "", ""), false, "wrong_method", "respcode 90 "},
		"another site":          {request("POST /other", asForm, good), false, "path_not_the_bridges", "what else the site has"},
		"health":                {request("POST /paybridge/health", asForm, good), false, "path_of_load_balancers", "a status"},
		"page":                  {request("GET /wxjsapi/openid.html?merid=89900001&backurl=x", "", ""), false, "page_of_a_payer", "a page"},
		"link of a payer":       {request("GET /wxjsapi/gopay.html?merid=89900001&orderid=T20261121000000001&code=abcdefgh", "", ""), true, "", ""},
		"multipart by mistake":  {request("POST /api/mpgateway", "Content-Type: multipart/form-data; boundary=x\r\n", good), false, "content_type_multipart", "respcode 90 "},
		"compressed":            {request("POST /api/mpgateway", "Content-Encoding: gzip\r\n", "\x1f\x8b\x08rest"), false, "compressed_body", "respcode 90 "},
		"encoded as UTF-8":      {request("POST /api/mpgateway", "Content-Encoding: UTF-8\r\n"+asForm, good), true, "", ""},
		"at the notices' path":  {request("POST /onepay/notify", asForm, good), false, "request_at_notice_path", ""},
		"notice at merchants'":  {request("POST /api/query", asForm, "merchant_id=473053110001&msg_enc=aa&key_enc=bb&sign=cc"), false, "notice_at_merchants_path", "respcode 90 "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := explain.Explain([]byte(tc.input), world(t))
			if r.Accepted != tc.accepted || !strings.HasPrefix(r.Answer, tc.answer) || tc.cause != "" && (len(r.Causes) == 0 || r.Causes[0].Name != tc.cause) {
				t.Errorf("accepted %v, causes %v, answer %q; want %v %s %q", r.Accepted, names(r), r.Answer, tc.accepted, tc.cause, tc.answer)
			}
			mustKeepSecrets(t, r, canaries...)
		})
	}
}

// chunkedMultipart is a multipart form in one chunk, of which an editor has made a line feed
// of every line end.
func chunkedMultipart() string {
	body := strings.ReplaceAll(strings.ReplaceAll(multipartForm(text, sum(text+shopKey)), "\r\n", "\n"), "\n", "\r\n")
	boundary, _, _ := strings.Cut(strings.TrimPrefix(body, "--"), "\r\n")
	whole := fmt.Sprintf("POST /api/mpgateway HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=%s\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", boundary, len(body), body)
	return strings.ReplaceAll(whole, "\r\n", "\n")
}
