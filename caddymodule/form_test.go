package caddymodule

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	v1 "github.com/paybridge/paybridge/translate/v1"
)

const testBoundary = "multipart/form-data; boundary=xyz"

// part is one part of a multipart form.
func part(name, value string) string {
	return fmt.Sprintf("--xyz\r\nContent-Disposition: form-data; name=%q\r\n\r\n%s\r\n", name, value)
}

func TestReadForm(t *testing.T) {
	t.Parallel()
	most := v1.Params{}
	var mostParts strings.Builder
	for i := range maxParts {
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
		"query string":             {query: "req=a&sign=b", want: v1.Params{"req": "a", "sign": "b"}},
		"body before query string": {query: "req=q&other=q", body: "req=b", want: v1.Params{"req": "b", "other": "q"}},
		"multipart":                {contentType: testBoundary, body: part("req", "a+b") + part("sign", "c") + "--xyz--\r\n", want: v1.Params{"req": "a+b", "sign": "c"}},
		"multipart, first counts":  {contentType: testBoundary, body: part("req", "a") + part("req", "b") + "--xyz--\r\n", want: v1.Params{"req": "a"}},
		"multipart, most parts":    {contentType: testBoundary, body: mostParts.String() + "--xyz--", want: most},
		"multipart, no boundary":   {contentType: "multipart/form-data", body: "req=a", want: v1.Params{"req": "a"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/mpgateway?"+tc.query, strings.NewReader(tc.body))
			r.Header.Set("Content-Type", tc.contentType)
			got, err := readForm(httptest.NewRecorder(), r, time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			if !maps.Equal(got, tc.want) {
				t.Errorf("got %v, want %v", got, tc.want)
			}
		})
	}
}

func TestReadFormRefuses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ contentType, body, want string }{
		"too large":                {"", strings.Repeat("a", maxForm+1), "larger than 512 KiB"},
		"multipart breaks off":     {testBoundary, part("req", "a"), "malformed multipart form"},
		"multipart, broken header": {testBoundary, "--xyz\r\nContent-Disposition\r\n\r\na\r\n--xyz--", "malformed multipart form"},
		"multipart without parts":  {testBoundary, "req=a&sign=b", "malformed multipart form"},
		"multipart, too many":      {testBoundary, strings.Repeat(part("a", "b"), maxParts+1) + "--xyz--", "more than 64 parts"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/mpgateway", strings.NewReader(tc.body))
			r.Header.Set("Content-Type", tc.contentType)
			params, err := readForm(httptest.NewRecorder(), r, time.Minute)
			if err == nil || !strings.Contains(err.Error(), tc.want) || params != nil {
				t.Errorf("got %v, %v; want an error with %q", params, err, tc.want)
			}
		})
	}
}

// FuzzReadForm: hostile bodies never panic, and no parameter is longer than
// what was sent.
func FuzzReadForm(f *testing.F) {
	f.Add("application/x-www-form-urlencoded", []byte("req=a&sign=b"))
	f.Add(testBoundary, []byte(part("req", "a")+part("sign", "b")+"--xyz--"))
	f.Add(testBoundary, []byte("--xyz\r\nContent-Disposition: form-data; name=\"req\"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=3D"))
	f.Add("multipart/form-data; boundary=\"", []byte("--"))
	f.Fuzz(func(t *testing.T, contentType string, body []byte) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", bytes.NewReader(body))
		r.Header["Content-Type"] = []string{contentType}
		params, err := readForm(httptest.NewRecorder(), r, time.Minute)
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
