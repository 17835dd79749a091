package delivery

import (
	"strings"
	"testing"
)

var answers = []struct {
	name, body string
	want       Class
}{
	{"acknowledged", "0000", OK},
	{"line end", "0000\r\n", OK},
	{"blanks", " \t0000 \n\n", OK},
	{"full-width blank", "\u30000000\u3000", OK},
	{"byte order mark", "\uFEFF0000", OK},
	{"two byte order marks", "\uFEFF\uFEFF0000", OK},
	{"double quotes", `"0000"`, OK},
	{"single quotes", `'0000'`, OK},
	{"byte order mark, quotes and blanks", "\uFEFF \"0000 \"\r\n", OK},
	{"warning before", "Warning: mysql_connect(): deprecated in /var/www/n.php on line 3\n0000", OK},
	{"warning before, old line end", "Notice: x\r0000", OK},
	{"warning before, mark between", "<br />\n\uFEFF\"0000\"\n \n", OK},
	{"success words before", "fail\n0000", OK},
	{"credited", "P1", AlreadyCredited},
	{"credited, quoted", "\"P1\"\n", AlreadyCredited},
	{"credited behind junk", "Notice\nP1", AlreadyCredited},
	{"error code", "E3", Refused},
	{"fail", "fail", Refused},
	{"success", "success", Refused},
	{"text", "订单已处理", Refused},
	{"text of GBK", "\xb6\xa9\xb5\xa5", Refused},
	{"not on the last line", "0000\nfail", Refused},
	{"not alone on the line", "ok 0000", Refused},
	{"too long", "00000", Refused},
	{"too short", "000", Refused},
	{"full-width digits", "００００", Refused},
	{"JSON", `{"code":"0000"}`, Refused},
	{"HTML", "<html>0000</html>", Refused},
	{"quotes inside", `0"000`, Refused},
	{"nothing", "", Empty},
	{"nothing but padding", "\uFEFF\r\n \"\" '\n", Empty},
}

func TestJudge(t *testing.T) {
	t.Parallel()
	for _, test := range answers {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := judge(test.body); got != test.want {
				t.Errorf("%q is %s, want %s", test.body, got, test.want)
			}
		})
	}
}

func FuzzJudge(f *testing.F) {
	for _, answer := range answers {
		f.Add(answer.body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		got := judge(body)
		if padded := judge("\uFEFF \"" + body + "'\r\n"); padded != got {
			t.Errorf("%q is %s, but %s with padding", body, got, padded)
		}
		if got == OK && !strings.Contains(body, "0000") {
			t.Errorf("%q is an acknowledgement without 0000", body)
		}
		if behind := judge("junk\n" + body); behind != got && got != Empty {
			t.Errorf("%q is %s, but %s behind junk", body, got, behind)
		}
		if before := judge(body + "\nfail"); before != Refused {
			t.Errorf("%q is %s before a refusal", body, before)
		}
	})
}
