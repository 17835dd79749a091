package delivery

import (
	"bufio"
	"bytes"
	"net/http"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/netcause"
)

var callbacks = []struct {
	name, given string
	plain       bool
	want        string // the URL that is called
	class       Class
}{
	{"https", "https://m.test/notify", false, "https://m.test/notify", OK},
	{"http", "http://m.test/notify", true, "http://m.test/notify", OK},
	{"http where only https is allowed", "http://m.test/notify", false, "", PlainHTTP},
	{"port", "https://m.test:8443/notify", false, "https://m.test:8443/notify", OK},
	{"no path", "https://m.test", false, "https://m.test", OK},
	{"query", "https://m.test/n?a=1&b=%E4&c=x+y&d", false, "https://m.test/n?a=1&b=%E4&c=x+y&d", OK},
	{"query in disorder", "https://m.test/n?&&=;%zz", false, "https://m.test/n?&&=;%zz", OK},
	{"blanks in the query", "https://m.test/n?a=1 2", false, "https://m.test/n?a=1%202", OK},
	{"backslash in the query", `https://m.test/n?a=\b`, false, "https://m.test/n?a=%5Cb", OK},
	{"Chinese in the query", "https://m.test/n?a=付", false, "https://m.test/n?a=%E4%BB%98", OK},
	{"Chinese in the path", "https://m.test/付", false, "https://m.test/%E4%BB%98", OK},
	{"escapes in the path", "https://m.test/a%2Fb", false, "https://m.test/a%2Fb", OK},
	{"fragment", "https://m.test/n?a=1#top", false, "https://m.test/n?a=1", OK},
	{"blanks around", " https://m.test/n\n", false, "https://m.test/n", OK},
	{"capitals", "HTTPS://M.Test/N", false, "https://M.Test/N", OK},
	{"IPv4", "https://192.0.2.1/n", false, "https://192.0.2.1/n", OK},
	{"IPv6", "https://[2001:db8::1]:8443/n", false, "https://[2001:db8::1]:8443/n", OK},
	{"IPv6, zone", "https://[fe80::1%25eth0]/n", false, "https://[fe80::1%25eth0]/n", OK},
	{"name with digits", "https://1.2.3.4.m1/n", false, "https://1.2.3.4.m1/n", OK},

	{"decimal number", "https://2130706433/", false, "", Blocked},
	{"octal number", "https://017700000001/", false, "", Blocked},
	{"hexadecimal number", "https://0x7f000001/", false, "", Blocked},
	{"hexadecimal number, capitals", "https://0X7F000001/", false, "", Blocked},
	{"octal parts", "https://0177.0.0.1/", false, "", Blocked},
	{"hexadecimal parts", "https://0x7f.0x0.0x0.0x1/", false, "", Blocked},
	{"few parts", "https://127.1/", false, "", Blocked},
	{"leading zeros", "https://127.0.0.01/", false, "", Blocked},
	{"dot behind", "https://127.0.0.1./", false, "", Blocked},
	{"five parts", "https://1.2.3.4.5/", false, "", Blocked},
	{"empty hexadecimal part", "https://127.0x/", false, "", Blocked},
	{"dots", "https://../", false, "", Blocked},

	{"nothing", "", false, "", BadURL},
	{"no scheme", "m.test/notify", false, "", BadURL},
	{"other scheme", "ftp://m.test/", false, "", BadURL},
	{"file", "file:///etc/passwd", false, "", BadURL},
	{"gopher", "gopher://127.0.0.1:6379/_FLUSHALL", false, "", BadURL},
	{"opaque", "https:m.test", false, "", BadURL},
	{"no host", "https:///n", false, "", BadURL},
	{"port only", "https://:443/n", false, "", BadURL},
	{"user", "https://u:p@m.test/", false, "", BadURL},
	{"bad escape in the path", "https://m.test/%zz", false, "", BadURL},
	{"line break", "https://m.test/\r\nX: y", false, "", BadURL},
	{"bad port", "https://m.test:http/", false, "", BadURL},
}

func TestCallURL(t *testing.T) {
	t.Parallel()
	for _, test := range callbacks {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			u, class, cause := callURL(test.given, test.plain)
			if class != test.class {
				t.Fatalf("%s, want %s", class, test.class)
			}
			if (class == OK) != (cause == netcause.Cause{}) {
				t.Errorf("%s for the cause %q", class, cause)
			}
			if class == OK && u.String() != test.want {
				t.Errorf("%s, want %s", u, test.want)
			}
		})
	}
}

// What callURL lets through makes a request that a server reads as the same.
func FuzzCallURL(f *testing.F) {
	for _, test := range callbacks {
		f.Add(test.given)
	}
	f.Fuzz(func(t *testing.T, given string) {
		u, class, _ := callURL(given, true)
		if class != OK {
			return
		}
		req, err := http.NewRequest(http.MethodPost, u.String(), strings.NewReader("resp=&sign="))
		if err != nil {
			return // bad_url
		}
		var wire bytes.Buffer
		if err := req.Write(&wire); err != nil {
			return // a host that is none; nothing was written
		}
		got, err := http.ReadRequest(bufio.NewReader(&wire))
		if err != nil {
			t.Fatalf("%q makes a request that cannot be read: %v", given, err)
		}
		if got.URL.RawQuery != u.RawQuery || got.URL.Path != cmpPath(u.Path) || got.Method != http.MethodPost {
			t.Errorf("%q arrives as %s %s", given, got.Method, got.URL)
		}
	})
}

// cmpPath is the path that a server sees.
func cmpPath(path string) string {
	if path == "" {
		return "/"
	}
	return path
}
