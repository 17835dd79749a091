package pages

import (
	"net/url"
	"strings"
	"testing"
)

func TestLink(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		address string
		fit     bool
	}{
		{"https", "https://shop.example.com/done?a=1&b=2#top", true},
		{"http with port", "http://127.0.0.1:8080/x", true},
		{"upper case scheme", "HTTPS://shop.example.com/", true},
		{"IPv6", "https://[2001:db8::1]/", true},
		{"Chinese host", "https://商户.example/", true},
		{"path", "/wxjsapi/result.html?id=x", true},
		{"relative path", "result.html?id=x", true},
		{"query only", "?id=x", true},
		{"address inside the query", "/go?to=https://a.example//b", true},
		{"empty", "", false},
		{"javascript", "javascript:alert(1)", false},
		{"javascript in capitals", "JavaScript:alert(1)", false},
		{"javascript with a tab", "java\tscript:alert(1)", false},
		{"javascript after a blank", " javascript:alert(1)", false},
		{"javascript after a control", "\x01javascript:alert(1)", false},
		{"data", "data:text/html,x", false},
		{"weixin", "weixin://wxpay/bizpayurl?pr=x", false},
		{"other host", "//evil.example/", false},
		{"three slashes", "///evil.example/", false},
		{"backslash", `/\evil.example/`, false},
		{"two backslashes", `\\evil.example/`, false},
		{"user", "https://pay.example.com@evil.example/", false},
		{"user with a password", "https://a:b@evil.example/", false},
		{"no host", "https:///x", false},
		{"only a port", "https://:443/x", false},
		{"opaque", "https:evil.example", false},
		{"line break", "https://a.example/\r\nx", false},
		{"byte order mark", "\ufeffhttps://a.example/", false},
		{"line separator", "https://a.example/\u2028", false},
		{"bad escape in the host", "https://%zz/", false},
		{"too long", "/" + strings.Repeat("x", linkLimit), false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			want := ""
			if test.fit {
				want = test.address
			}
			if got := link(test.address); got != want {
				t.Errorf("link(%q) = %q, want %q", test.address, got, want)
			}
		})
	}
}

func TestSchemeOf(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"https://gw.example.com/onePayService/onePay.do": "https",
		"http://127.0.0.1:9000/pay":                      "http",
		"HTTPS://GW.example.com/":                        "https",
		"/relative":                                      "",
		"":                                               "",
		"javascript:alert(1)":                            "",
		"https://user@gw.example.com/":                   "",
	}
	for address, want := range tests {
		if got := schemeOf(address); got != want {
			t.Errorf("schemeOf(%q) = %q, want %q", address, got, want)
		}
	}
}

// FuzzLink holds what link lets through against a reading of its own: nothing
// leads to another scheme, and nothing relative to another host.
func FuzzLink(f *testing.F) {
	for _, text := range hostile {
		f.Add(text)
	}
	f.Add(sampleShop)
	base := &url.URL{Scheme: "https", Host: "pay.example.com", Path: "/a/b"}
	f.Fuzz(func(t *testing.T, address string) {
		got := link(address)
		if got == "" {
			return
		}
		if got != address {
			t.Fatalf("link(%q) = %q", address, got)
		}
		to, err := base.Parse(got)
		if err != nil || to.User != nil {
			t.Fatalf("link let %q through", address)
		}
		lower := strings.ToLower(address)
		absolute := strings.HasPrefix(lower, "http://") || strings.HasPrefix(lower, "https://")
		if !absolute && (to.Scheme != base.Scheme || to.Host != base.Host) {
			t.Fatalf("%q leads to %s", address, to)
		}
	})
}
