package v1_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	v1 "github.com/paybridge/paybridge/translate/v1"
)

func TestCodes(t *testing.T) {
	t.Parallel()
	want := []v1.Code{"00", "90", "91", "92", "93", "94", "95", "96", "97", "98", "99"}
	if got := v1.Codes(); !slices.Equal(got, want) {
		t.Errorf("Codes = %q, want %q", got, want)
	}
	seen := make(map[string]v1.Code)
	for _, c := range v1.Codes() {
		for _, text := range []string{c.Message(), c.Meaning()} {
			if other, taken := seen[text]; text == "" || taken {
				t.Errorf("%s says %q, and so does %q", c, text, other)
			}
			seen[text] = c
		}
	}
	if got := v1.CodeBadRequest.Message(); got != "请求参数错误！" {
		t.Errorf("90 says %q, not the captured text", got)
	}
	if v1.Code("42").Message() != v1.CodeInternal.Message() || v1.Code("").Meaning() != v1.CodeInternal.Meaning() {
		t.Error("an unknown code does not read as an internal error")
	}
}

func TestResultCodes(t *testing.T) {
	t.Parallel()
	want := map[v1.ResultCode]string{"0000": "交易成功！", "1001": "未支付", "1002": "交易处理中", "1003": "交易失败", "1004": "协查调单"}
	if got := v1.ResultCodes(); len(got) != len(want) || !slices.IsSorted(got) {
		t.Errorf("ResultCodes = %q", got)
	}
	for _, c := range v1.ResultCodes() {
		if c.Message() != want[c] || c.Meaning() == "" {
			t.Errorf("%s says %q and means %q, want %q", c, c.Message(), c.Meaning(), want[c])
		}
	}
	if v1.ResultCode("").Message() != v1.ResultUnpaid.Message() || v1.ResultCode("9").Meaning() != v1.ResultUnpaid.Meaning() {
		t.Error("an unknown code does not read as unpaid")
	}
}

func TestListsAreCopies(t *testing.T) {
	t.Parallel()
	v1.Codes()[0], v1.ResultCodes()[0], v1.Actions()[0] = "x", "x", "x"
	if v1.Codes()[0] != v1.CodeOK || v1.ResultCodes()[0] != v1.ResultPaid || v1.Actions()[0] != v1.WxCode {
		t.Error("a caller can change the tables")
	}
}

func TestCodeOf(t *testing.T) {
	t.Parallel()
	_, err := v1.ParseOrderRef(nil)
	for _, c := range []struct {
		name string
		err  error
		want v1.Code
	}{
		{"no error", nil, v1.CodeOK},
		{"refusal", err, v1.CodeBadRequest},
		{"wrapped refusal", fmt.Errorf("reading the request: %w", err), v1.CodeBadRequest},
		{"anything else", errors.New("disk full"), v1.CodeInternal},
	} {
		if got := v1.CodeOf(c.err); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestErrorQuotesALittle(t *testing.T) {
	t.Parallel()
	_, err := v1.ParsePay([]byte(payWith("txnamt", `"1e2"`)))
	if want := `txnamt: not a whole number of fen: "1e2"`; err == nil || err.Error() != want {
		t.Errorf("err = %v, want %s", err, want)
	}
	_, err = v1.ParsePay([]byte(payWith("txnamt", `"`+strings.Repeat("é", 1000)+`"`)))
	if want := `txnamt: not a whole number of fen: "` + strings.Repeat("é", 20) + `"...`; err == nil || err.Error() != want {
		t.Errorf("err = %v, want %s", err, want)
	}
	_, err = v1.ParsePay([]byte(payWith("txnamt", `"a`+strings.Repeat("é", 1000)+`"`)))
	if want := `txnamt: not a whole number of fen: "a` + strings.Repeat("é", 19) + `"...`; err == nil || err.Error() != want {
		t.Errorf("err = %v, want %s", err, want)
	}
}
