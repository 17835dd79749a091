package statement

import (
	"errors"
	"io"
	"strings"
	"testing"
	"unicode"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
)

// Whatever is wrong with a statement is told in Chinese too, with where it is.
func TestErrorsInChinese(t *testing.T) {
	t.Parallel()
	const names = "交易时间,商户订单号,订单金额,交易状态\n"
	for name, c := range map[string]struct{ text, want string }{
		"empty":          {"", "文件是空的"},
		"no names":       {"a,b,c\n1,2,3\n", "没有哪一行有订单号和金额的列名"},
		"other encoding": {names + "2026-11-27 06:00:00,X1,1.00,\xff\xfe\xfa\n", "有不属于该文件编码的字节"},
		"amount":         {names + "2026-11-27 06:00:00,X1,1e2,成功\n", "第 2 行，3 (订单金额) 列：不是以元为单位的金额：\"1e2\""},
		"no amount":      {names + "2026-11-27 06:00:00,X1\n", "没有金额"},
		"a footer":       {names + "制表人：张三\n", "没有金额；如果这一行不是订单，请从文件中删除；否则请指明列：--column number=… --column amount=…"},
		"state":          {names + "2026-11-27 06:00:00,X1,1.00,完成了\n", "未知的状态 \"完成了\""},
		"time":           {names + "11/27/2026,X1,1.00,成功\n", "不是时间"},
		"rounded":        {names + "2026-11-27 06:00:00,1.20261E+24,1.00,成功\n", "号码被 Excel 取整"},
		"long":           {names + "2026-11-27 06:00:00," + strings.Repeat("9", 70) + ",1.00,成功\n", "超过 64 个字符"},
		"PDF":            {"%PDF-1.7", "这是 PDF"},
		"old workbook":   {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "旧版 Excel 工作簿"},
	} {
		err := firstError(c.text)
		if err == nil {
			t.Errorf("%s: no error", name)
			continue
		}
		got := bilingual.Failure(bilingual.Zh, err)
		if !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if strings.ContainsFunc(err.Error(), func(r rune) bool { return unicode.Is(unicode.Han, r) }) && !strings.Contains(c.text, "交易") {
			t.Errorf("%s: Chinese in English: %q", name, err)
		}
	}
}

func firstError(text string) error {
	r, err := New(io.NopCloser(strings.NewReader(text)), Options{})
	for err == nil {
		_, err = r.Next()
	}
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}
