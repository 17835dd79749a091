package wechat

import (
	"net/url"
	"slices"
	"strings"
	"testing"
)

func TestReturnAddress(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, host, want string }{
		{"plain", "https://shop.example/login", "shop.example", "https://shop.example/login?openid=o1#"},
		{"host alone", "https://shop.example", "shop.example", "https://shop.example?openid=o1#"},
		{"port", "http://shop.example:8080/", "shop.example:8080", "http://shop.example:8080/?openid=o1#"},
		{"port that the scheme means", "https://shop.example:443/a", "shop.example", "https://shop.example:443/a?openid=o1#"},
		{"port of https in http", "http://shop.example:443/a", "shop.example:443", "http://shop.example:443/a?openid=o1#"},
		{"IPv4", "http://127.0.0.1:80/", "127.0.0.1", "http://127.0.0.1:80/?openid=o1#"},
		{"upper case", "HTTPS://Shop.Example/A", "Shop.Example", "https://Shop.Example/A?openid=o1#"},
		{"query", "https://shop.example/?a=1&b=%E5%BA%97&c", "shop.example", "https://shop.example/?a=1&b=%E5%BA%97&c&openid=o1#"},
		{"empty query", "https://shop.example/?", "shop.example", "https://shop.example/?openid=o1#"},
		{"odd query", "https://shop.example/?a&&=b&", "shop.example", "https://shop.example/?a&&=b&&openid=o1#"},
		{"fragment", "https://shop.example/#/route?x=1", "shop.example", "https://shop.example/?openid=o1#/route?x=1"},
		{"query and fragment", "https://shop.example/a?b=c#d?e#f", "shop.example", "https://shop.example/a?b=c&openid=o1#d?e#f"},
		{"fragment after the host", "https://shop.example#a", "shop.example", "https://shop.example?openid=o1#a"},
		{"an old openid", "https://shop.example/?openid=old&a=1&openid=&myopenid=2", "shop.example", "https://shop.example/?a=1&myopenid=2&openid=o1#"},
		{"nothing but an old openid", "https://shop.example/?openid=old", "shop.example", "https://shop.example/?openid=o1#"},
		{"punycode", "https://xn--fiqs8s.example/", "xn--fiqs8s.example", "https://xn--fiqs8s.example/?openid=o1#"},
		{"not ASCII after the host", "https://shop.example/店?名=店#店", "shop.example", "https://shop.example/%E5%BA%97?%E5%90%8D=%E5%BA%97&openid=o1#%E5%BA%97"},
		{"@ after the host", "https://shop.example/@evil.example", "shop.example", "https://shop.example/@evil.example?openid=o1#"},
		{"address in the path", "https://shop.example//evil.example/", "shop.example", "https://shop.example//evil.example/?openid=o1#"},
		{"quotes and markup", `https://shop.example/?a="'<script>`, "shop.example", `https://shop.example/?a="'<script>&openid=o1#`},
		{"plus of base64 in the query", "https://shop.example/?t=ab c/d=&u= x", "shop.example", "https://shop.example/?t=ab+c/d=&u=+x&openid=o1#"},
		{"plus in the path", "https://shop.example/a b/login ?c", "shop.example", "https://shop.example/a+b/login+?c&openid=o1#"},
		{"plus in the fragment", "https://shop.example/?a=b#/route?c d", "shop.example", "https://shop.example/?a=b&openid=o1#/route?c+d"},
		{"GBK", "https://shop.example/\xb5\xea?name=\xb5\xea#\xb5\xea", "shop.example", "https://shop.example/%B5%EA?name=%B5%EA&openid=o1#%B5%EA"},
		{"GBK with a backslash's escape", "https://shop.example/?a=\x81%5C", "shop.example", "https://shop.example/?a=%81%5C&openid=o1#"},
		{"wide blank", "https://shop.example/\u3000", "shop.example", "https://shop.example/%E3%80%80?openid=o1#"},
		{"line separator", "https://shop.example/\u2028", "shop.example", "https://shop.example/%E2%80%A8?openid=o1#"},
		{"text that runs the other way", "https://shop.example/\u202egro", "shop.example", "https://shop.example/%E2%80%AEgro?openid=o1#"},
		{"C1 control", "https://shop.example/\u0085", "shop.example", "https://shop.example/%C2%85?openid=o1#"},
		{"encoded line break", "https://shop.example/?a=%0d%0aLocation:", "shop.example", "https://shop.example/?a=%0d%0aLocation:&openid=o1#"},
		{"long", "https://shop.example/?a=" + strings.Repeat("a", 2000), "shop.example", "https://shop.example/?a=" + strings.Repeat("a", 2000) + "&openid=o1#"},
		{"another scheme in the query", "https://shop.example?a=ftp://evil.example/", "shop.example", "https://shop.example?a=ftp://evil.example/&openid=o1#"},
		{"plus before a fragment", "https://shop.example/?t=a #top", "shop.example", "https://shop.example/?t=a+&openid=o1#top"},
		{"a second question mark", "https://shop.example/?t=a?b c", "shop.example", "https://shop.example/?t=a?b+c&openid=o1#"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a, err := ParseReturnAddress(test.text)
			if err != nil {
				t.Fatal(err)
			}
			if got := a.With("o1"); got != test.want || a.Host() != test.host || a.Hosts()[0] != test.host {
				t.Errorf("%s to %s\nwant %s to %s", got, a.Host(), test.want, test.host)
			}
		})
	}
}

func TestReturnAddressRefuses(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"nothing":                      "",
		"relative":                     "/login",
		"no scheme":                    "//shop.example/",
		"host alone":                   "shop.example/login",
		"javascript":                   "javascript:alert(1)//shop.example",
		"data":                         "data:text/html,<script>alert(1)</script>",
		"another scheme":               "ftp://shop.example/",
		"opaque":                       "https:shop.example",
		"one slash":                    "https:/shop.example",
		"three slashes":                "https:///shop.example/",
		"no host":                      "https://?a=shop.example",
		"port alone":                   "https://:443/",
		"no port":                      "https://shop.example:/",
		"port 0":                       "https://shop.example:0/",
		"port that is none":            "https://shop.example:x/",
		"user":                         "https://shop.example@evil.example/",
		"user and password":            "https://shop.example:443@evil.example/",
		"empty user":                   "https://@evil.example/",
		"backslash":                    `https://shop.example\@evil.example/`,
		"backslash in the path":        `https://shop.example/\evil.example`,
		"backslashes for slashes":      `https:\\evil.example/`,
		"IDN":                          "https://商店.example/",
		"look-alike":                   "https://shоp.example/",
		"wide letters":                 "https://ｓhop.example/",
		"wide dot":                     "https://shop。example/",
		"encoded host":                 "https://%73hop.example/",
		"encoded letters":              "https://%E5%BA%97.example/",
		"IPv6":                         "https://[::1]/",
		"IPv6 with a zone":             "https://[fe80::1%25en0]/",
		"underscore":                   "https://a_b.example/",
		"dot at the end":               "https://shop.example./",
		"dash at the beginning":        "https://-shop.example/",
		"line break":                   "https://shop.example/\r\nSet-Cookie: a=b",
		"line break before the path":   "https://shop.example\n/",
		"tab":                          "https://shop.exa\tmple/",
		"NUL":                          "https://shop.example/\x00",
		"DEL":                          "https://shop.example/\x7f",
		"blank before":                 " https://shop.example/",
		"blank in the host":            "https://shop .example/?a",
		"tab in the query":             "https://shop.example/?a\tb",
		"line break in the query":      "https://shop.example/?a\nb",
		"byte order mark":              "\ufeffhttps://shop.example/",
		"zero-width":                   "https://shop\u200b.example/",
		"wide blank in the host":       "https://shop.example\u3000/",
		"not UTF-8 in the host":        "https://shop\xb5\xea.example/",
		"not UTF-8 behind the host":    "https://shop.example\xff.evil.example/",
		"text before the host runs on": "\u202ehttps://shop.example/",
		"blank at the end of the host": "https://shop.example /",
		"user behind foreign bytes":    "https://\xff@evil.example/",
		"user behind a plus":           "https://shop.example+@evil.example/",
		"scheme behind a blank":        "java script://shop.example/",
		"no scheme but in the query":   "/login?a=https://shop.example/",
		"backslash in the query":       `https://shop.example/?a=\b`,
		"backslash in the fragment":    `https://shop.example/#\b`,
		"line break in the fragment":   "https://shop.example/#a\r\nSet-Cookie: a=b",
		"DEL in the query":             "https://shop.example/?a\x7fb",
		"escape":                       "https://shop.example/?a\x1bb",
		"too long when encoded":        "https://shop.example/" + strings.Repeat("\xb5", 700),
		"broken escape":                "https://shop.example/%zz",
		"too long":                     "https://shop.example/" + strings.Repeat("a", 2048),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, err := ParseReturnAddress(text)
			if err == nil {
				t.Fatalf("%q leads to %q", text, a.With("o1"))
			}
			if !strings.HasPrefix(err.Error(), "backurl: ") || len(text) > 4 && strings.Contains(err.Error(), text) {
				t.Errorf("error %q", err)
			}
		})
	}
}

// FuzzReturnAddress asks that an address which is taken leads where it says, is
// fit for a header and has one openid.
func FuzzReturnAddress(f *testing.F) {
	for _, text := range []string{
		"https://shop.example/a?b=c#d", "http://a:1?openid=x", "https://shop.example/店", `https://a\@b`, "https://a/%zz", "HTTP://A", "https://a/?&#", "https://a/?b c# ",
		"https://a/\xb5\xea?\xb5\xea#\xb5", "https://a\xff/", "https://a:443/b c",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := ParseReturnAddress(text)
		if err != nil {
			return
		}
		got := a.With("o1")
		if strings.ContainsFunc(got, func(c rune) bool { return c <= ' ' || c > '~' || c == '\\' }) {
			t.Errorf("%q leads to %q", text, got)
		}
		u, err := url.Parse(got)
		if err != nil || !slices.Contains(a.Hosts(), u.Host) || u.User != nil || (u.Scheme != "http" && u.Scheme != "https") {
			t.Fatalf("%q leads to %q: %v", text, got, err)
		}
		if own, err := ParseReturnAddress(a.String()); err != nil || own != a {
			t.Errorf("%q travels as %q, which is %+v, %v", text, a, own, err)
		}
		if n := strings.Count("&"+u.RawQuery, "&openid="); n != 1 {
			t.Errorf("%q has %d openids", got, n)
		}
		if again, err := ParseReturnAddress(got); len(got) <= MaxReturnAddress && (err != nil || again.With("o1") != got) {
			t.Errorf("%q becomes %q and then %q, %v", text, got, again.With("o1"), err)
		}
	})
}
