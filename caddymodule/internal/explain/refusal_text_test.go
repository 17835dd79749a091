package explain

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// inBothLanguages checks a text that package translate has written: in English it stays as
// it is, and in Chinese nothing but what is quoted is English.
func inBothLanguages(t *testing.T, said bilingual.Said, text string) {
	t.Helper()
	zh := said.In(bilingual.Zh)
	han := strings.ContainsFunc(zh, func(r rune) bool { return unicode.Is(unicode.Han, r) })
	if said.Error() != text || !han || regexp.MustCompile(`[a-z]+ [a-z]{2,}`).MatchString(zh) {
		t.Errorf("%q is %q in English and %q in Chinese", text, said.Error(), zh)
	}
}

// literals are the texts that sources of package translate have at a place.
func literals(t *testing.T, place string, files ...string) (found []string) {
	t.Helper()
	for _, file := range files {
		source, err := os.ReadFile(filepath.Join("..", "..", "..", "translate", file))
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range regexp.MustCompile(place+`"([^"]+)"`).FindAllSubmatch(source, -1) {
			found = append(found, string(match[1]))
		}
	}
	return found
}

// Every reason for which a merchant's message is refused is worded in Chinese.
func TestEveryRefusalIsWordedInChinese(t *testing.T) {
	t.Parallel()
	reasons := literals(t, `(?:\breturn (?:0, |"", |m, )?|refuse\(Code\w+, [^,]+, |Reason: |notUTF8 = )`,
		"v1/member.go", "v1/rule.go", "v1/amount.go", "v1/order.go", "action.go")
	for _, reason := range reasons {
		if strings.HasSuffix(reason, ": ") {
			reason += `"12: \"..."` // a glimpse of the member
		}
		inBothLanguages(t, faultText(reason), reason)
	}
	if len(reasons) < 30 {
		t.Errorf("only %d reasons were found: %q", len(reasons), reasons)
	}
	tried, _ := errors.AsType[*v1.Error](translate.RefuseTry(v1.PayRequest{OrderID: translate.TryPrefix + "1"}))
	inBothLanguages(t, Refusal(tried), tried.Error())
}

func TestUnreadableIsWordedInChinese(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "<html>", "[]", `{}`, `{"head":{},"head":{}}`, `{"head":1}`, `{"head":{},"body":1}`,
		`{"head":{"tranCode":{}}}`, `{"head":{"tranCode":"1","tranCode":"2"}}`, strings.Repeat(" ", v2.MaxMessage+1),
	} {
		_, err := v2.ParseMessage([]byte(text))
		if err == nil {
			t.Fatalf("%.60q is a message", text)
		}
		inBothLanguages(t, Unreadable(err), err.Error())
	}
}

// Every reason for which the judges leave an order in doubt is worded in Chinese.
func TestEveryDoubtIsWordedInChinese(t *testing.T) {
	t.Parallel()
	doubts := []string{
		translate.ErrMismatch.Error() + ": head.merchantId", translate.ErrMismatch.Error() + ": body.refundAmt",
		translate.ErrMismatch.Error() + ": body order number", translate.ErrMismatch.Error() + ": body amount",
		`gateway answered "E0000000"`, `gateway answered "S0000000" with tranState "11"`, "gateway answered not_found",
		`gateway could not read the refund: "E0000003"`, `gateway could not read the close: "E0000003"`,
		`tranState "77" is not known`, `state "" is not known`, `refund state "11" is not known`,
		`notice has respCode "E9999999"`, "notice of a failed refund does not say which", "answer names neither its request nor the order",
		"answer shows no code or link", "answer cannot be read", "message cannot be read", "gateway has no such record",
		"gateway says that the order is paid", "gateway refused the repeated call",
	}
	all := strings.Join(doubts, "\n")
	for _, text := range doubts {
		said, known := Doubts.Reads(text)
		if !known {
			t.Errorf("nothing is known of %q", text)
			continue
		}
		inBothLanguages(t, said, text)
	}
	written := literals(t, `(?:NothingCertain\(|unreadRequest\(|provesNothing\(|Reason: |unnamed = )`,
		"report.go", "expected.go", "judgepay.go", "judgequery.go", "judgerefund.go", "judgenotice.go")
	for _, text := range written {
		if !strings.Contains(all, text) {
			t.Errorf("a judge says %q, which has no Chinese", text)
		}
	}
	if len(written) < 15 {
		t.Errorf("only %d reasons were found: %q", len(written), written)
	}
}
