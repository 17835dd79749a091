package oldgateway

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strings"
	"testing"
)

func packed(t *testing.T, body string) string {
	t.Helper()
	var b bytes.Buffer
	to := gzip.NewWriter(&b)
	if _, err := to.Write([]byte(body)); err != nil {
		t.Fatal(err)
	}
	if err := to.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestPlain(t *testing.T) {
	t.Parallel()
	const reply = `{"resp":"","sign":""}`
	zipped := packed(t, reply)
	for name, c := range map[string]struct {
		coding, body string
		cut          bool
		want         string
		whole        bool
	}{
		"plain":                          {body: reply, want: reply, whole: true},
		"a page":                         {body: "<html>", want: "<html>", whole: true},
		"nothing":                        {whole: true},
		"packed":                         {coding: "gzip", body: zipped, want: reply, whole: true},
		"packed, as some write it":       {coding: " X-GZIP", body: zipped, want: reply, whole: true},
		"packed, and does not say so":    {body: zipped, want: reply, whole: true},
		"says so, and is not":            {coding: "gzip", body: reply, want: reply, whole: true},
		"a page that is packed":          {coding: "gzip", body: packed(t, "<html>"), want: "<html>", whole: true},
		"no coding":                      {coding: "identity", body: reply, want: reply, whole: true},
		"no coding but a charset":        {coding: "UTF-8", body: reply, want: reply, whole: true},
		"another coding":                 {coding: "br", body: "\x0b\x0a", want: "\x0b\x0a"},
		"packed twice":                   {coding: "br, gzip", body: packed(t, "\x0b\x0a"), want: "\x0b\x0a"},
		"damaged":                        {coding: "gzip", body: zipped[:len(zipped)-4]},
		"no more than its first letters": {coding: "gzip", body: "\x1f\x8b"},
		"longer than what is kept":       {body: reply, cut: true, want: reply},
		"packed, longer than that":       {coding: "gzip", body: zipped[:12], cut: true},
		"unpacked, longer than that":     {coding: "gzip", body: packed(t, strings.Repeat(" ", maxReply+1))},
		"unpacked, as long as that":      {coding: "gzip", body: packed(t, strings.Repeat(" ", maxReply)), want: strings.Repeat(" ", maxReply), whole: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &Reply{Header: http.Header{}, Body: []byte(c.body), Cut: c.cut}
			if c.coding != "" {
				r.Header.Set("Content-Encoding", c.coding)
			}
			if body, whole := r.Plain(); string(body) != c.want || whole != c.whole {
				t.Errorf("%.40q, whole %t; want %.40q, %t", body, whole, c.want, c.whole)
			}
		})
	}
}
