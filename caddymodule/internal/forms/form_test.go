package forms

import (
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	v1 "github.com/paybridge/paybridge/translate/v1"
)

const testBoundary = "multipart/form-data; boundary=xyz"

// part is one part of a multipart form.
func part(name, value string) string {
	return fmt.Sprintf("--xyz\r\nContent-Disposition: form-data; name=%q\r\n\r\n%s\r\n", name, value)
}

func TestParse(t *testing.T) {
	t.Parallel()
	most := v1.Params{}
	var mostParts strings.Builder
	for i := range MaxParts {
		name := fmt.Sprintf("p%d", i)
		most[name] = "v"
		mostParts.WriteString(part(name, "v"))
	}
	for name, tc := range map[string]struct {
		query, contentType, body string
		want                     v1.Params
	}{
		"nothing":                  {want: v1.Params{}},
		"urlencoded":               {contentType: "application/x-www-form-urlencoded", body: "req=a%2Bb&sign=c", want: v1.Params{"req": "a+b", "sign": "c"}},
		"no content type":          {body: "req=a&sign=b", want: v1.Params{"req": "a", "sign": "b"}},
		"wrong content type":       {contentType: "application/json", body: "req=a&sign=b", want: v1.Params{"req": "a", "sign": "b"}},
		"broken content type":      {contentType: ";;charset", body: "req=a&sign=b", want: v1.Params{"req": "a", "sign": "b"}},
		"line break behind":        {body: "req=a&sign=b\r\n", want: v1.Params{"req": "a", "sign": "b"}},
		"line end behind req":      {body: "\nsign=b&req=a\r\n", want: v1.Params{"req": "a\r\n", "sign": "b"}},
		"behind an encoded one":    {body: "sign=b&req=a%0A\r\n", want: v1.Params{"req": "a\n", "sign": "b"}},
		"behind an empty req":      {body: "sign=b&req=\r\n", want: v1.Params{"req": "", "sign": "b"}},
		"other signs behind req":   {body: "sign=b&req=a\v\n", want: v1.Params{"req": "a", "sign": "b"}},
		"line end, nothing else":   {body: "req=a&\r\n", want: v1.Params{"req": "a"}},
		"query string":             {query: "req=a&sign=b", want: v1.Params{"req": "a", "sign": "b"}},
		"body before query string": {query: "req=q&other=q", body: "req=b", want: v1.Params{"req": "b", "other": "q"}},
		"multipart":                {contentType: testBoundary, body: part("req", "a+b") + part("sign", "c") + "--xyz--\r\n", want: v1.Params{"req": "a+b", "sign": "c"}},
		"multipart, first counts":  {contentType: testBoundary, body: part("req", "a") + part("req", "b") + "--xyz--\r\n", want: v1.Params{"req": "a"}},
		"multipart, most parts":    {contentType: testBoundary, body: mostParts.String() + "--xyz--", want: most},
		"blanks around values":     {query: "state=s%0D%0A", body: "sign=c%0A&backurl=%09https%3A%2F%2Fshop.example+", want: v1.Params{"sign": "c", "backurl": "https://shop.example", "state": "s"}},
		"req stays as it is":       {body: "req=+a%2B%0D%0A&sign=c", want: v1.Params{"req": " a+\r\n", "sign": "c"}},
		"multipart, blanks around": {contentType: testBoundary, body: part("sign", "\r\nc \r\n") + "--xyz--", want: v1.Params{"sign": "c"}},
		"multipart, no body":       {contentType: testBoundary, query: "req=a&sign=b", want: v1.Params{"req": "a", "sign": "b"}},
		"multipart, a line end":    {contentType: testBoundary, query: "req=a&sign=b", body: " \r\n", want: v1.Params{"req": "a", "sign": "b"}},
		"multipart, only its end":  {contentType: testBoundary, query: "req=a&sign=b", body: "--xyz--\r\n", want: v1.Params{"req": "a", "sign": "b"}},
		"a line end, no type":      {query: "req=a&sign=b", body: "\r\n", want: v1.Params{"req": "a", "sign": "b"}},
		"multipart, no boundary":   {contentType: "multipart/form-data", body: "req=a", want: v1.Params{"req": "a"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := Parse(tc.contentType, []byte(tc.body), tc.query)
			if err != nil {
				t.Fatal(err)
			}
			if !maps.Equal(got, tc.want) {
				t.Errorf("got %v, want %v", got, tc.want)
			}
		})
	}
}

// TestLineEndBehindReq: one that the merchant has signed counts, another one does not.
func TestLineEndBehindReq(t *testing.T) {
	t.Parallel()
	key := v1.NewKey("canary")
	text := base64.StdEncoding.EncodeToString([]byte(`{"merid":"89900001","orderid":"T20261121000000001"}`))
	lines := text[:20] + "\r\n" + text[20:]
	for name, tc := range map[string]struct{ signed, body string }{
		"signed":                   {text + "\n", text + "\n"},
		"signed, CRLF":             {text + "\r\n", text + "\r\n"},
		"signed and encoded":       {text + "\n", text + "%0A"},
		"signed and encoded, more": {text + "\n", text + "%0A\r\n"},
		"not signed":               {text, text + "\r\n"},
		"not signed, with a blank": {text, text + " \n"},
		"the inner ones signed":    {lines, lines + "\r\n"},
		"all signed":               {lines + "\r\n", lines + "\r\n"},
	} {
		body := []byte("sign=" + key.Sign(tc.signed) + "&req=" + tc.body)
		params, err := Parse("application/x-www-form-urlencoded", body, "")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := v1.Open(params.Form(), func(string) []v1.Key { return []v1.Key{key} }); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if every, err := Every(nil, body, "", "req"); err != nil || !slices.Equal(every["req"], []string{params["req"]}) {
			t.Errorf("%s: every value is %q, %v; want %q", name, every["req"], err, params["req"])
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ contentType, body, want string }{
		"multipart breaks off":     {testBoundary, part("req", "a"), "malformed multipart form"},
		"multipart, broken header": {testBoundary, "--xyz\r\nContent-Disposition\r\n\r\na\r\n--xyz--", "malformed multipart form"},
		"multipart without parts":  {testBoundary, "req=a&sign=b", "malformed multipart form"},
		"multipart, too many":      {testBoundary, strings.Repeat(part("a", "b"), MaxParts+1) + "--xyz--", "more than 64 parts"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			params, err := Parse(tc.contentType, []byte(tc.body), "")
			if err == nil || !strings.Contains(err.Error(), tc.want) || params != nil {
				t.Errorf("got %v, %v; want an error with %q", params, err, tc.want)
			}
		})
	}
}

// FuzzParse: hostile bodies never panic, and no parameter is longer than
// what was sent.
func FuzzParse(f *testing.F) {
	f.Add("application/x-www-form-urlencoded", []byte("req=a&sign=b"))
	f.Add(testBoundary, []byte(part("req", "a")+part("sign", "b")+"--xyz--"))
	f.Add(testBoundary, []byte("--xyz\r\nContent-Disposition: form-data; name=\"req\"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=3D"))
	f.Add("multipart/form-data; boundary=\"", []byte("--"))
	f.Add("multipart/form-data;\xdbBoundary", []byte("0"))
	f.Fuzz(func(t *testing.T, contentType string, body []byte) {
		params, err := Parse(contentType, body, "")
		if err != nil && params != nil {
			t.Fatalf("parameters %v beside the error %v", params, err)
		}
		for name, value := range params {
			if len(name)+len(value) > len(body) {
				t.Fatalf("%q=%q out of %d bytes", name, value, len(body))
			}
		}
	})
}

// Servers of the time took a boundary for what it is, where the grammar of today
// gives up.
func TestBoundary(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ contentType, want string }{
		"plain":                     {"multipart/form-data; boundary=xyz", "xyz"},
		"quoted":                    {`multipart/form-data; boundary="a b=c"`, "a b=c"},
		"equals signs":              {"multipart/form-data; boundary====1616056691487===", "===1616056691487==="},
		"other signs":               {"multipart/form-data; boundary=--(a:b/c?d@e)--", "--(a:b/c?d@e)--"},
		"a parameter behind":        {"multipart/form-data; boundary===x; charset=utf-8", "==x"},
		"a parameter before":        {"multipart/form-data; charset=utf-8; boundary===x", "==x"},
		"a parameter twice":         {"multipart/form-data; charset=utf-8; charset=gbk; boundary=xyz", "xyz"},
		"a parameter without value": {"multipart/form-data; charset; boundary=xyz", "xyz"},
		"a parameter of like name":  {"multipart/form-data; xboundary===y; boundary===x", "==x"},
		"the name in a value":       {"multipart/form-data; charset=boundary=; boundary===x", "==x"},
		"behind a comma":            {"multipart/form-data, boundary===x", ""},
		"comma behind":              {"multipart/form-data; boundary===x, text/plain", "==x"},
		"blanks around the sign":    {"multipart/form-data; boundary = ==x ", "==x"},
		"capital letters":           {"Multipart/Form-Data; Boundary===X", "==X"},
		"no blank between":          {"multipart/form-data;boundary===x", "==x"},
		"quoted, rubbish behind":    {`multipart/form-data; boundary="x=y"z`, "x=y"},
		"quoted, no end":            {`multipart/form-data; boundary="x=y`, "x=y"},
		"empty":                     {"multipart/form-data; boundary=", ""},
		"bytes that are no letters": {"multipart/form-data; \xdb\xdb; Boundary===x", "==x"},
		"such bytes alone":          {"multipart/form-data;\xdbBoundary", ""},
		"letters that shrink":       {"multipart/form-data; \u212a\u0130; boundary===x", "==x"},
		"empty and another":         {"multipart/form-data; boundary=; charset==", ""},
		"only the name":             {"multipart/form-data; boundary", ""},
		"no boundary":               {"multipart/form-data", ""},
		"another type":              {"application/x-www-form-urlencoded; boundary===x", ""},
		"another multipart":         {"multipart/mixed; boundary===x", ""},
		"nothing":                   {"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, ok := Boundary(tc.contentType)
			if got != tc.want || ok != (tc.want != "") {
				t.Errorf("%q, %v; want %q", got, ok, tc.want)
			}
		})
	}
}
