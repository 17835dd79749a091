package translate

import (
	"strings"
	"testing"
	"unicode"
)

func TestLink(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, given, want string }{
		{"WeChat code", "weixin://wxpay/bizpayurl?pr=Nf547CJ", "weixin://wxpay/bizpayurl?pr=Nf547CJ"},
		{"Alipay code", "https://qr.alipay.com/bax03112", "https://qr.alipay.com/bax03112"},
		{"query is kept", "https://gw.example/h5?a=1&b=2;c", "https://gw.example/h5?a=1&b=2;c"},
		{"nothing", "", ""},
		{"blanks only", " \t\n", ""},
		{"blanks around", "  https://gw.example/h5\n", "https://gw.example/h5"},
		{"encoded as a whole", "https%3A%2F%2Fgw.example%2Fh5%3Fa%3D1%26b%3D2", "https://gw.example/h5?a=1&b=2"},
		{"encoded in lower case", "weixin%3a%2f%2fwxpay%2fbizpayurl%3fpr%3dN", "weixin://wxpay/bizpayurl?pr=N"},
		{"encoded twice is decoded once", "https%3A%2F%2Fgw.example%2F%3Fu%3Dhttps%253A%252F%252Fshop.example", "https://gw.example/?u=https%3A%2F%2Fshop.example"},
		{"encoded parameter is kept", "https://gw.example/?u=https%3A%2F%2Fshop.example%2B", "https://gw.example/?u=https%3A%2F%2Fshop.example%2B"},
		{"encoded text that is no link", "abc%20def", "abc%20def"},
		{"broken encoding", "https%3A%2F%2Fgw.example%2", "https%3A%2F%2Fgw.example%2"},
		{"code that is no link", "6212345678", "6212345678"},
		{"quotes", `https://gw.example/"'` + "`", "https://gw.example/%22%27%60"},
		{"markup", "https://gw.example/<script>", "https://gw.example/%3Cscript%3E"},
		{"fragment", "https://gw.example/#top", "https://gw.example/#top"},
		{"hash route", "https://h5.gw.example/pay/#/cashier?token=T1a", "https://h5.gw.example/pay/#/cashier?token=T1a"},
		{"hash route behind a query", "https://h5.gw.example/?m=1#!/cashier?t=1&u=2", "https://h5.gw.example/?m=1#!/cashier?t=1&u=2"},
		{"hash route, encoded as a whole", "https%3A%2F%2Fh5.gw.example%2F%23%2Fcashier%3Ft%3D1", "https://h5.gw.example/#/cashier?t=1"},
		{"hash in an app's link", "alipays://platformapi/startapp#Intent;end", "alipays://platformapi/startapp#Intent;end"},
		{"encoded hash is kept", "https://gw.example/?u=a%23b", "https://gw.example/?u=a%23b"},
		{"quotes in a fragment", `https://gw.example/#"'<`, "https://gw.example/#%22%27%3C"},
		{"plus in the query of a fragment", "https://gw.example/#/pay?time=11+12", "https://gw.example/#/pay?time=11%2012"},
		{"plus in a fragment", "https://gw.example/?a=b+c#d+e", "https://gw.example/?a=b%20c#d%2Be"},
		{"backslash", `https://gw.example\@evil.example`, "https://gw.example%5C@evil.example"},
		{"blank", "https://gw.example/a b", "https://gw.example/a%20b"},
		{"plus in a web query is a blank", "HTTPS://gw.example/a+b?timestamp=2026-11-21+12", "HTTPS://gw.example/a%2Bb?timestamp=2026-11-21%2012"},
		{"plus in an app's link is a plus", "weixin://wxpay/bizpayurl?pr=a+b", "weixin://wxpay/bizpayurl?pr=a%2Bb"},
		{"plus in a path", "http://gw.example/a+b", "http://gw.example/a%2Bb"},
		{"not ASCII", "https://gw.example/订", "https://gw.example/%E8%AE%A2"},
		{"not UTF-8", "https://gw.example/\xff", "https://gw.example/%FF"},
		{"wide blank at the end", "https://gw.example/\u3000", "https://gw.example/"},
		{"wide blank inside", "https://gw.example/\u3000x", "https://gw.example/%E3%80%80x"},
		{"line break", "https://gw.example/\r\nSet-Cookie: a", ""},
		{"NUL", "https://gw.example/\x00", ""},
		{"program", "javascript:pay()", ""},
		{"program in odd letters", " JavaScript://gw.example/%0Apay()", ""},
		{"program encoded as a whole", "javascript%3A%2F%2Fgw.example%2F%250Apay()", ""},
		{"page by itself", "data:text/html;base64,PHNjcmlwdD4=", ""},
		{"file", "file:///etc/passwd", ""},
		{"path like a program", "https://gw.example/javascript:pay()", "https://gw.example/javascript:pay()"},
		{"DEL", "https://gw.example/\x7f", ""},
		{"encoded line break", "https%3A%2F%2Fgw.example%2F%0D%0Ax", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := BuildLink(c.given); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

// FuzzLink asks that nothing in a link can break out of a merchant's page, and
// that a link stays as it is when it is made again.
func FuzzLink(f *testing.F) {
	for _, given := range []string{
		"weixin://wxpay/bizpayurl?pr=Nf547CJ", "https%3A%2F%2Fgw.example%2F%3Fa%3D%2522", `https://gw.example/"#+ '`,
		"https://gw.example/?a+b", "\u0085\u2028", "a%3A%2F%2F\x00", "\xc2",
	} {
		f.Add(given)
	}
	f.Fuzz(func(t *testing.T, given string) {
		got := BuildLink(given)
		bad := func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) || r > unicode.MaxASCII }
		if strings.ContainsAny(got, barred) || strings.ContainsFunc(got, bad) {
			t.Errorf("%q became %q", given, got)
		}
		if isProgram(got) {
			t.Errorf("%q became the program %q", given, got)
		}
		if strings.Contains(got, "://") && BuildLink(got) != got {
			t.Errorf("%q became %q and then %q", given, got, BuildLink(got))
		}
	})
}
