package command

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/tidwall/gjson"

	"github.com/paybridge/paybridge/caddymodule/internal/preview"
)

// examplesOnly has no configuration.
type examplesOnly struct{ Offline }

func (examplesOnly) Examples() preview.Settings {
	return preview.Settings{
		NotifyURL: "https://pay.example.com/onepay/notify", Subject: "{orderid}", Expiry: 2 * time.Hour,
		Pay: "OP1001", Query: "OP2001", Refund: "OP1003",
	}
}

// runTranslation carries out "caddy paybridge translate" in a language, with a message
// and perhaps an answer in files, and returns all that it says.
func runTranslation(t *testing.T, lang, message, answer string, args ...string) string {
	t.Helper()
	args = append([]string{"--lang", lang}, args...)
	for flag, text := range map[string]string{"--in": message, "--answer": answer} {
		if text == "" {
			continue
		}
		name := filepath.Join(t.TempDir(), "message.json")
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, flag, name)
	}
	var out bytes.Buffer
	cmd := translateCommand(examplesOnly{})
	addLangFlag(cmd)
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	cmd.SetOut(&out)
	cmd.SetErr(&out)
	cmd.SetArgs(args)
	if err := cmd.Execute(); err != nil && err.Error() != ErrRefused.Error() {
		return out.String() + err.Error()
	}
	return out.String()
}

// englishWords are two words of English behind each other, as no member, code or path
// has them.
var englishWords = regexp.MustCompile(`\b[A-Za-z]?[a-z]+ [a-z]{2,}\b`)

const (
	translatedPay   = `{"action":"WxSao","txnamt":"1999","merid":"89900001","orderid":"T20261121000000001","backurl":"http://shop.example/n"}`
	translatedInWx  = `{"action":"WxJsApi","txnamt":"1999","merid":"89900001","orderid":"T20261121000000001","backurl":"http://shop.example/n"}`
	translatedQuery = `{"merid":"89900001","orderid":"T20261121000000001"}`
)

// gatewayAnswer is the plain text of an answer with a respCode and a body.
func gatewayAnswer(code, body string) string {
	return fmt.Sprintf(`{"head":{"merchantId":"473053110001","tranFlowid":"47305311000120261122120000010001","tranCode":"OP1001","respCode":%q},"body":{%s}}`, code, body)
}

// All that translate says is in the operator's language; what programs read is the same
// in both.
func TestTranslateInTheOperatorsLanguage(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		message, answer string
		args            []string
		zh, en          string
	}{
		"a payment":             {translatedPay, "", nil, "报文中没有地址", "The message names no address"},
		"a payment in WeChat":   {translatedInWx, "", nil, "没有 openid", "Without an openid nothing is sent"},
		"a query":               {translatedQuery, "", nil, "只查询尚未终结的订单", "asks the gateway only about an order that is not final"},
		"a cancel":              {translatedQuery, "", []string{"--interface", "cancel"}, "已支付订单的退款", "This is the refund of a paid order"},
		"an unknown interface":  {translatedQuery, "", []string{"--interface", "refund"}, "没有接口 \"refund\"", `unknown interface "refund": use pay, query or cancel`},
		"no such file":          {"", "", []string{"--in", filepath.Join("no", "file")}, "没有这个文件或目录", "no such file or directory"},
		"no message":            {"hello", "", nil, "没有找到 v1 报文", "found no v1 message"},
		"a refused message":     {strings.Replace(translatedPay, "1999", "19.99", 1), "", nil, `txnamt：不是以分为单位的整数："19.99"`, `Refused: txnamt: not a whole number of fen: "19.99"`},
		"an answer":             {translatedPay, gatewayAnswer("S0000000", `"tranState":"12","codeUrl":"weixin://x"`), nil, "订单的号码取自应答", "The numbers of the order were taken from the answer"},
		"an answer in doubt":    {translatedPay, gatewayAnswer("E0000000", ""), nil, `网关应答 "E0000000"`, `Because: gateway answered "E0000000"`},
		"an answer of no state": {translatedQuery, strings.Replace(gatewayAnswer("S0000000", `"tranState":"77"`), "OP1001", "OP2001", 1), nil, `状态 "77" 未知`, `Because: state "77" is not known`},
		"another's answer": {
			translatedPay, strings.Replace(gatewayAnswer("S0000000", `"tranState":"12"`), "OP1001", "OP9", 1), nil,
			"被拒绝：报文与订单不符：head.tranCode", "Refused: message does not match the order: head.tranCode",
		},
		"no answer":              {translatedPay, "<html>", nil, "读取报文：不是 JSON", "--answer: parsing message: not JSON"},
		"an answer without head": {translatedPay, `{"body":{}}`, nil, "head：不是对象", "parsing message: head: not an object"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			zh := runTranslation(t, "zh", tc.message, tc.answer, tc.args...)
			if found := englishWords.FindAllString(zh, -1); !strings.Contains(zh, tc.zh) || len(found) > 0 {
				t.Errorf("want %q and no English, found %q:\n%s", tc.zh, found, zh)
			}
			if en := runTranslation(t, "en", tc.message, tc.answer, tc.args...); !strings.Contains(en, tc.en) {
				t.Errorf("want %q:\n%s", tc.en, en)
			}
			json := runTranslation(t, "zh", tc.message, tc.answer, append(tc.args, "--json")...)
			if !gjson.Valid(json) {
				return // nothing was translated, and the error is for a person
			}
			said := gjson.Get(json, "notes").String() + gjson.Get(json, "reason").String() + gjson.Get(json, "error").String()
			if strings.ContainsFunc(said, func(r rune) bool { return unicode.Is(unicode.Han, r) }) || said == "" {
				t.Errorf("JSON says %q", said)
			}
		})
	}
}

func TestEveryNoteHasWords(t *testing.T) {
	t.Parallel()
	for _, note := range preview.Notes() {
		if noteTexts[note].IsZero() {
			t.Errorf("%s has no words", note)
		}
	}
}
