package forms_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/forms"
)

const multipartX = "multipart/form-data; boundary=x"

func TestEvery(t *testing.T) {
	t.Parallel()
	part := func(head, value string) string {
		return "--x\r\nContent-Disposition: form-data; " + head + "\r\n\r\n" + value + "\r\n"
	}
	for name, tc := range map[string]struct {
		contentType, body, query string
		want                     []string
	}{
		"none":                   {"", "sign=1&required=2", "", nil},
		"body and query":         {"", "req=1&req=2", "req=3&req=1", []string{"3", "1", "2"}},
		"encoded":                {"", "%72eq=a%2Bb", "+req+=c", []string{"c", "a+b"}},
		"capitals, zero byte":    {"", "REQ=1&Req%00.x=2", "", []string{"1", "2"}},
		"semicolons":             {"", "req=1;sign=2", "", []string{"1;sign=2", "1"}},
		"parts":                  {multipartX, part(`name="req"`, "1") + part(`filename="a"; NAME=req`, "2\r\n") + "--x--", "", []string{"1", "2\r\n"}},
		"parts, broken off":      {multipartX, part(`name="a"`, "1") + "--x\nContent-Disposition: form-data; name='a'; name=\"req\"\n\n2", "", []string{"2"}},
		"another type of a form": {multipartX, "req=1", "", []string{"1"}},
		"empty":                  {"", "req=&req", "req=", nil},
	} {
		got, err := forms.Every([]string{tc.contentType}, []byte(tc.body), tc.query, "req")
		if err != nil || !slices.Equal(got["req"], tc.want) {
			t.Errorf("%s: %q, %v; want %q", name, got["req"], err, tc.want)
		}
	}
	if _, err := forms.Every(nil, nil, "req=1&req=2&req=3&req=4&req=5&req=6&req=7&req=8&req=9", "req"); !errors.Is(err, forms.ErrTooManyValues) {
		t.Errorf("nine values: %v", err)
	}
}

// Whatever Parse reads is among the values.
func FuzzEvery(f *testing.F) {
	f.Add("", "req=a&sign=b", "req=c")
	f.Add(multipartX, "--x\r\nContent-Disposition: form-data; name=\"req\"\r\n\r\n1\r\n--x--\r\n", "sign=1;req=2")
	f.Add(multipartX, "--x\nContent-Disposition: form-data; name=\"req\"\n\n1\n--x--\n", "")
	f.Fuzz(func(t *testing.T, contentType, body, query string) {
		params, err := forms.Parse(contentType, []byte(body), query)
		every, tooMany := forms.Every([]string{contentType}, []byte(body), query, "req", "sign")
		if _, multipart := forms.Boundary(contentType); err != nil || tooMany != nil || multipart {
			return // of a multipart form the grammar lets more pass than others split
		}
		for _, name := range []string{"req", "sign"} {
			if value := params[name]; value != "" && !slices.Contains(every[name], value) {
				t.Errorf("%s: %q is not in %q", name, value, every[name])
			}
		}
	})
}
