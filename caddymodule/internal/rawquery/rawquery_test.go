package rawquery

import (
	"net/url"
	"testing"
)

func TestEscape(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, query, want string }{
		{"nothing", "", ""},
		{"as it should be", "a=1&b=%E4&c=x+y&d", "a=1&b=%E4&c=x+y&d"},
		{"in disorder", "&&=;%zz", "&&=;%zz"},
		{"blank", "a=1 2", "a=1%202"},
		{"tab and line end", "a\tb\r\n", "a%09b%0D%0A"},
		{"backslash", `a=\b`, "a=%5Cb"},
		{"DEL", "a\x7f", "a%7F"},
		{"Chinese", "a=付", "a=%E4%BB%98"},
		{"line separator", "a=\u2028", "a=%E2%80%A8"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := Escape(test.query)
			if got != test.want || Escape(got) != got {
				t.Errorf("Escape(%q) = %q, want %q", test.query, got, test.want)
			}
			before, _ := url.QueryUnescape(test.query)
			if after, _ := url.QueryUnescape(got); after != before {
				t.Errorf("%q means %q, and %q means %q", test.query, before, got, after)
			}
		})
	}
}
