package v2

import (
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// gbk is a text as a gateway writes it that does not know UTF-8.
func gbk(t *testing.T, text string) string {
	t.Helper()
	return string(must(t)(simplifiedchinese.GBK.NewEncoder().Bytes([]byte(text))))
}

// TestForeignBytes reads messages whose letters are not UTF-8: numbers and states
// are read all the same.
func TestForeignBytes(t *testing.T) {
	t.Parallel()
	const message = `{"head":{"respCode":"S0000000","respDesc":"{words}"},"body":{"merOrderId":"A","state":"11","totalAmt":"19.99"}}`
	with := func(words string) string { return strings.Replace(message, "{words}", words, 1) }
	tests := []struct{ name, plain, words string }{
		{"UTF-8", with("成功"), "成功"},
		{"byte order mark", "\xef\xbb\xbf" + with("成功"), "成功"},
		{"GBK", gbk(t, with("成功，交易完成")), "成功，交易完成"},
		{"GBK whose second half looks like a backslash", with("\xbf\x5c"), "縗"},
		{"GB 18030 with a letter of four bytes", with("\x82\x30\xb7\x31\x95\x5c"), "㛃昞"},
		{"half a letter of GBK before the quote", with("ok\xb3"), "ok\ufffd"},
		{"half a letter of UTF-8", with("成\xe5\x8a"), "成\ufffd"},
		{"bytes of no coding", with("\xff\xfe"), "\ufffd"},
		{"Latin-1", with("caf\xe9 au lait"), "caf\ufffd au lait"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			m, err := ParseMessage([]byte(test.plain))
			if err != nil {
				t.Fatal(err)
			}
			state := m.OrderState()
			if state.Err != nil || state.OrderNo != "A" || state.TranState != TranSuccess || state.Amount != "19.99" || m.Head.RespCode != RespProcessed {
				t.Errorf("read %+v", state)
			}
			if m.Head.RespDesc != test.words {
				t.Errorf("the words are %q, want %q", m.Head.RespDesc, test.words)
			}
		})
	}
}
