package caddymodule

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
)

// hostile are the values that are tried in every parameter of every page.
var hostile = map[string]string{
	"empty":              "",
	"quotes":             `"'` + "`" + `canary"`,
	"markup":             `"><script>alert(1)</script>`,
	"markup in single":   `'><img src=x onerror=alert(1)>`,
	"a comment":          `--><svg onload=alert(1)>`,
	"javascript":         "javascript:alert(1)//" + shopHost,
	"data":               "data:text/html,<script>alert(1)</script>",
	"line breaks":        "https://shop.example/\r\nSet-Cookie: evil=1\r\nLocation: https://evil.example/",
	"encoded breaks":     "https://shop.example/%0d%0aLocation:%20https://evil.example/",
	"NUL":                "https://shop.example/\x00",
	"IDN":                "https://商店.example/",
	"look-alike":         "https://shоp.example/",
	"punycode":           "https://xn--shp-hmd.example/",
	"user":               "https://shop.example@evil.example/",
	"user with port":     "https://shop.example:443@evil.example/",
	"backslash":          `https://shop.example\@evil.example/`,
	"backslashes":        `\\evil.example\`,
	"no scheme":          "//evil.example/",
	"three slashes":      "///evil.example/",
	"longer host":        "https://shop.example.evil.example/",
	"host as path":       "https://evil.example/shop.example",
	"host as query":      "https://evil.example?https://shop.example/",
	"host as fragment":   "https://evil.example#@shop.example/",
	"another port":       "https://shop.example:8443/",
	"tab in the scheme":  "java\tscript:alert(1)",
	"runs the other way": "https://shop.example/\u202e",
	"line separator":     "\u2028alert(1)\u2029",
	"byte order mark":    "\ufeffhttps://evil.example/",
	"not UTF-8":          "https://evil.example/\xff\xfe",
	"a template":         "{{.Page}}${alert(1)}",
	"SQL":                `' OR 1=1 --`,
	"long":               strings.Repeat("A", 4096),
}

// TestHostileParameters asks that no parameter of a page can write into it, set a
// header or send the browser to somebody else.
func TestHostileParameters(t *testing.T) { // not parallel: one Caddy a process
	s := startPayerServer(t, "")
	payID := s.submitWxJsApi(t, aOrderID, "")
	signed := sealed(goPayJSON(payID), signKey)
	order := sealed(wxJsApi("T20261121000000002", ""), signKey)
	for path, good := range map[string]url.Values{
		inbound.GoPayPath:     {"merid": {"89900001"}, "orderid": {aOrderID}, "code": {payID}, "req": signed["req"], "sign": signed["sign"], "state": {"x"}},
		inbound.OpenIDPath:    {"merid": {"89900001"}, "backurl": {shopURL}, "payway": {"1"}, "code": {"c"}, "state": {""}, "openid": {"o"}},
		inbound.WxGatewayPath: {"req": order["req"], "sign": order["sign"], "merid": {"89900001"}},
		inbound.PayingPath:    {"id": {payID}, "code": {"c"}, "state": {""}},
		inbound.ResultPath:    {"id": {payID}, "resp": {"x"}, "sign": {"x"}},
		inbound.StatusPath:    {"id": {payID}},
	} {
		for param := range good {
			for name, value := range hostile {
				t.Run(path+" "+param+" "+name, func(t *testing.T) {
					t.Parallel()
					values := maps.Clone(good)
					values.Set(param, value)
					mustBeHarmless(t, s, s.browser().get(t, path+"?"+values.Encode()), value)
				})
			}
		}
	}
}

// TestHostileFrontURL: an address that a merchant signs is checked, too, and
// stands in its place on the page of a paid order.
func TestHostileFrontURL(t *testing.T) { // not parallel: one Caddy a process
	s := startPayerServer(t, "")
	s.gateway.answerPaid()
	shown := 0
	for i, name := range slices.Sorted(maps.Keys(hostile)) {
		front, err := json.Marshal(hostile[name])
		if err != nil {
			t.Fatal(err)
		}
		message := wxJsApi(fmt.Sprintf("T2026112100%04d", i), fmt.Sprintf(`,"openid":%q,"fronturl":%s`, payerOpenID, front))
		r := s.browser().get(t, signedLinkOf(inbound.WxGatewayPath, message))
		if r.status == http.StatusBadRequest {
			mustBeHarmless(t, s, r, hostile[name])
			continue
		}
		shown++
		r = s.browser().get(t, r.goesTo(t, inbound.GoPayPath).String())
		mustBeHarmless(t, s, r, hostile[name])
		if _, next, _ := strings.Cut(string(r.body), `data-next="`); next != "" && next[0] != '"' && !strings.HasPrefix(next, "https://") {
			t.Errorf("%s goes on to %.80s", name, next)
		}
	}
	// Hosts of somebody else are the merchant's to name: it has signed.
	if shown == 0 || shown == len(hostile) {
		t.Errorf("%d of %d addresses are taken", shown, len(hostile))
	}
}

// mustBeHarmless insists that an answer keeps what was asked in its place.
func mustBeHarmless(t *testing.T, s *payerServer, r reply, value string) {
	t.Helper()
	if r.status < 200 || r.status >= 500 {
		t.Errorf("status %d\n%s", r.status, r.body)
	}
	if strings.ContainsAny(value, `<"'`) && strings.Contains(string(r.body), value) {
		t.Errorf("%q stands in the page as it came:\n%s", value, r.body)
	}
	for _, sign := range []string{"<script>alert", "<img src=x", "<svg onload", `"javascript:`, `"data:text`} {
		if strings.Contains(string(r.body), sign) {
			t.Errorf("the page has %s:\n%s", sign, r.body)
		}
	}
	for _, c := range r.header.Values("Set-Cookie") {
		if !strings.HasPrefix(c, "__Host-"+payerCookie+"=") {
			t.Errorf("Set-Cookie: %s", c)
		}
	}
	location := r.header.Get("Location")
	if location == "" {
		return
	}
	to, err := url.Parse(location)
	if err != nil || strings.ContainsAny(location, "\\\r\n\t ") || strings.HasPrefix(location, "//") {
		t.Fatalf("Location: %q", location)
	}
	if own := to.Scheme == "" && to.Host == ""; !own && !strings.HasPrefix(location, s.wechat.URL+"/authorize?") {
		t.Errorf("sent to %s", location)
	}
}
