package tests

import (
	"bytes"
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
)

// inLocale carries out a command for an operator with a locale.
func (p *process) inLocale(locale, input string, args ...string) said {
	p.t.Helper()
	cmd := p.command(append([]string{"paybridge"}, args...)...)
	cmd.Env = append(cmd.Env, "LC_ALL=", "LC_MESSAGES=", "LANG="+locale)
	cmd.Stdin = strings.NewReader(input)
	var out, log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &log
	var ended *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &ended) {
		p.t.Fatal(err)
	}
	return said{out.String(), log.String(), cmd.ProcessState.ExitCode()}
}

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }

// An operator with a Chinese terminal reads Chinese, --lang decides above that, and
// what programs read is the same in every language.
func TestCommandsInTheOperatorsLanguage(t *testing.T) {
	t.Parallel()
	const chinese, english = "zh_CN.UTF-8", "C.UTF-8"
	w := startWorld(t, settings{})
	payment := w.payment("intl", "WxCode", 5000)
	w.pay("intl", payment)
	w.rest()
	wrong := handMade(offlineMessage, "another key")
	order := []string{"order", shops["intl"].MerID, payment.OrderID, "--address", w.bridge.admin}
	at := func(args ...string) []string { return append(args, "--address", w.bridge.admin) }
	for name, tc := range map[string]struct {
		args   []string
		input  string
		status int
		zh, en []string
	}{
		"explain": {
			[]string{"explain"}, wrong, 1,
			[]string{"验签未通过。", "最可能的原因是商户用了另一把密钥", "核对签名", "sign 有 32 个字符", "发送方得到的应答：respcode 91"},
			[]string{"NOT VERIFIED.", "Most likely the merchant uses another key", "compared the signature", "The sender hears: respcode 91"},
		},
		"order": {
			order, "", 0,
			[]string{"50.00 元，已支付", "除非商户撤销，不会再有变化。", "状态", "已提交 → 已支付", "调用网关", "支付请求", "第 1 次：商户已确认"},
			[]string{"50.00 yuan, paid", "nothing more is expected", "sent → paid", "call 1: ok"},
		},
		"orders":    {at("orders"), "", 0, []string{"商户号", "已支付", "时间均为本机时区"}, []string{"MERID", "paid", "Times are local"}},
		"selfcheck": {at("selfcheck"), "", 0, []string{"检查项", "正常", "密钥 473053110001", "由支付桥应答", "签名的应答"}, []string{"CHECK", "keys of 473053110001"}},
		"a refusal": {at("order", shops["intl"].MerID, "nothing"), "", 1, []string{"其他商户也没有"}, []string{"nor has any other merchant"}},
		"a merchant's refused requests": {
			at("refused"), "", 0, []string{"起没有请求被拒绝"}, []string{"No request was refused since"},
		},
		"a merchant without refused requests": {
			at("refused", shops["gm"].MerID), "", 0, []string{"没有写明商户", "的请求被拒绝"}, []string{"No request that names merchant"},
		},
		"an order without messages in quarantine": {
			at("quarantine", shops["intl"].MerID, payment.OrderID), "", 0, []string{"隔离的消息中没有关于订单"}, []string{"No message in quarantine is about order"},
		},
		"flags that exclude each other": {
			at("notifications", "resend", "--dry-run", "--yes", "--all"), "", 2, []string{"以下选项只能给出一个：--dry-run, --yes"}, []string{"only one of these can be given"},
		},
		"translate": {
			[]string{"translate", "--in", "-"}, offlineMessage, 0,
			[]string{"v1 pay → v2 OP1001，加密签名之前", "请注意：报文中没有地址"}, []string{"before it is sealed", "Note: The message names no address"},
		},
		"translate a query": {
			[]string{"translate", "--in", "-"}, `{"merid":"89900001","orderid":"T20261121000000001"}`, 0,
			[]string{"只查询尚未终结的订单"}, []string{"asks the gateway only about an order that is not final"},
		},
		"translate a cancel": {
			[]string{"translate", "--in", "-", "--interface", "cancel"}, `{"merid":"89900001","orderid":"T20261121000000001"}`, 0,
			[]string{"已支付订单的退款"}, []string{"This is the refund of a paid order"},
		},
		"translate what is unknown": {
			[]string{"translate", "--in", "-", "--interface", "refund"}, offlineMessage, 2,
			[]string{"请写 pay、query 或 cancel"}, []string{"use pay, query or cancel"},
		},
		"no bridge":    {[]string{"orders", "--address", "127.0.0.1:1"}, "", 2, []string{"没有应答", "Caddy 在运行吗"}, []string{"is Caddy running there?"}},
		"a wrong flag": {at("orders", "--all"), "", 2, []string{"--all 须与 --csv 一起使用"}, []string{"--all needs --csv"}},
	} {
		t.Run(name, func(t *testing.T) {
			in := func(locale string, more ...string) said {
				return w.bridge.inLocale(locale, tc.input, append(tc.args, more...)...)
			}
			in(chinese).want(t, tc.status, tc.zh...)
			in(english, "--lang", "zh").want(t, tc.status, tc.zh...)
			translates := tc.args[0] == "translate"
			quotes := name == "explain" || name == "translate" // respmsg, and the subject of a payment
			if words := untranslated.FindAllString(in(chinese).out, -1); len(words) > 0 && translates {
				t.Errorf("English in Chinese: %q in\n%s", words, in(chinese).out)
			}
			in(english).want(t, tc.status, tc.en...)
			in(chinese, "--lang", "en").want(t, tc.status, tc.en...)
			if s := in(english); strings.ContainsFunc(s.out, isHan) && !quotes {
				t.Errorf("Chinese in English:\n%s", s.out)
			}
			zh, en := in(chinese, "--json"), in(english, "--json")
			if zh.out != en.out && name != "selfcheck" && !translates { // they measure, and make up numbers of the time
				t.Errorf("JSON depends on the language:\n%s\n%s", zh.out, en.out)
			}
			if strings.ContainsFunc(zh.out, isHan) && !quotes {
				t.Errorf("Chinese in JSON:\n%s", zh.out)
			}
		})
	}
	w.bridge.inLocale(chinese, "", "orders", "--help").want(t, 0, "列出订单，最新的在前", "用法：", "选项：", "显示帮助")
	w.bridge.inLocale(english, "", "--lang", "zh", "--help").want(t, 0, "退出状态：", "命令：")
	w.bridge.inLocale(chinese, "", "orders", "--lang", "en", "--help").want(t, 0, "Lists orders, newest first", "Flags:")
	w.bridge.inLocale(chinese, "", "orders", "--nothing").want(t, 2, "没有这个选项：--nothing")
	key := filepath.Join(w.dir, "made-zh")
	w.bridge.inLocale(chinese, "", "keygen", "--suite", "gm", "--out", key).want(t, 0, "已写入：", key+"-private.pem", "BEGIN PUBLIC KEY", "核对指纹")
	zh, en := w.bridge.inLocale(chinese, "", at("orders", "--csv")...), w.bridge.inLocale(english, "", at("orders", "--csv")...)
	if zh.out != en.out || zh.status != 0 {
		t.Errorf("CSV depends on the language:\n%s\n%s", zh.out, en.out)
	}
	w.bridge.inLocale(english, "", "orders", "--lang", "fr").want(t, 2, "write zh or en")
}
