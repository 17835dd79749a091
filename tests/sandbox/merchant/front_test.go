package merchant

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

func TestReadReturn(t *testing.T) {
	t.Parallel()
	const key = "front key"
	inner := `{"resultcode":"0000","resultmsg":"交易成功！","txnamt":1999,"merid":"89900001","orderid":"A1","queryid":"H1","paytime":"2026-11-22 10:00:00"}`
	good := func() url.Values {
		resp := base64.StdEncoding.EncodeToString([]byte(inner))
		return url.Values{"resp": {resp}, "sign": {sign(resp, key)}, "shop": {"1"}}
	}
	for _, test := range []struct {
		name   string
		change func(*http.Request, url.Values)
		want   string // the broken rule, "" for none
	}{
		{"good", func(*http.Request, url.Values) {}, ""},
		{"posted", func(r *http.Request, _ url.Values) { r.Method = http.MethodPost }, "by GET"},
		{"with a referer", func(r *http.Request, _ url.Values) { r.Header.Set("Referer", "http://x/?id=1") }, "nobody's business"},
		{"resp twice", func(_ *http.Request, q url.Values) { q.Add("resp", "x") }, "one resp"},
		{"another's sign", func(_ *http.Request, q url.Values) { q.Set("sign", sign(q.Get("resp"), "x")) }, "md5"},
		{"upper case", func(_ *http.Request, q url.Values) { q.Set("sign", strings.ToUpper(q.Get("sign"))) }, "md5"},
		{"nothing", func(_ *http.Request, q url.Values) { q.Del("resp") }, "one resp"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r, query := httptest.NewRequest(http.MethodGet, "/done", nil), good()
			test.change(r, query)
			r.URL.RawQuery = query.Encode()
			n := ReadReturn(r, "89900001", key)
			if test.want == "" {
				if len(n.Violations) != 0 || n.Amount != 1999 || n.OrderID != "A1" || !IsReturn(r) {
					t.Errorf("read %+v", n)
				}
				return
			}
			if len(n.Violations) == 0 || !strings.Contains(n.Violations[0].Error(), test.want) {
				t.Errorf("violations %v, want one about %q", n.Violations, test.want)
			}
		})
	}
}
