package delivery

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// gbk writes a text as merchants' older programs do.
func gbk(t testing.TB, text string) string {
	t.Helper()
	coded, err := simplifiedchinese.GBK.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	return coded
}

func TestExcerptIsInLetters(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("订单不存在", 300)
	fourBytes, err := simplifiedchinese.GB18030.NewEncoder().String("𠮷祥")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, body, kind, want string }{
		{"ASCII", "E3", "", "E3"},
		{"UTF-8", "订单不存在", "", "订单不存在"},
		{"UTF-8 that says GBK", "订单", "text/html; charset=utf-8", "订单"},
		{"GBK", gbk(t, "订单不存在"), "", "订单不存在"},
		{"GBK that says so", gbk(t, "失败"), "text/html; charset=GB2312", "失败"},
		{"GBK that says UTF-8", gbk(t, "失败"), "text/html; charset=utf-8", "失败"},
		{"GBK with markup", gbk(t, "<b>签名错误！</b>"), "text/html", "<b>签名错误！</b>"},
		{"GB 18030", fourBytes, "", "𠮷祥"},
		{"GBK that could be UTF-8", gbk(t, "通道"), "", "通道"}, // also 0368 03F5
		{"Latin letters", "café", "text/plain; charset=UTF-8", "café"},
		{"neither", "\xff\xfe0", "", "\uFFFD0"},
		{"byte order mark", "\uFEFF失败", "", "\uFEFF失败"},
		{"UTF-8, cut", long, "", long[:1023]},                    // 1024 is inside of a letter
		{"GBK, cut", "x" + gbk(t, long), "", "x" + long[:511*3]}, // so it is here
		{"nothing", "", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := excerpt([]byte(test.body), test.kind); got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}

func FuzzExcerpt(f *testing.F) {
	f.Add([]byte("失败"), "text/html; charset=gbk")
	f.Add([]byte(gbk(f, "失败")), "")
	f.Fuzz(func(t *testing.T, body []byte, kind string) {
		if got := excerpt(body, kind); !utf8.ValidString(got) || len(got) > 3*maxExcerpt {
			t.Errorf("%q", got)
		}
	})
}
