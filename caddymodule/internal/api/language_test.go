package api

import (
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/configcheck"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// inChinese asks as the console does while it is Chinese.
func (w *world) inChinese(method, path, body string) answer {
	w.t.Helper()
	r := httptest.NewRequest(method, Prefix+path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept-Language", "zh-CN")
	return w.ask(r)
}

// Whoever asks in Chinese reads Chinese; everybody else reads English, as ever.
func TestRefusalsInTheLanguageOfWhoAsks(t *testing.T) {
	t.Parallel()
	for accepted, want := range map[string]string{
		"": "missing", "*": "missing", "fr": "missing", "en-GB,en;q=0.9,zh;q=0.5": "missing",
		"zh-CN": "缺少", "zh-TW,zh;q=0.9,en;q=0.8": "缺少",
	} {
		w := newWorld(t)
		r := httptest.NewRequest(http.MethodGet, Prefix+"order?merid=89900001", nil)
		if accepted != "" {
			r.Header.Set("Accept-Language", accepted)
		}
		w.refused(w.ask(r), http.StatusBadRequest, "query.number")
		w.refused(w.ask(r), http.StatusBadRequest, want)
	}
}

// What the console can be refused with, by every page and action of it.
func TestChineseRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	paid, refunding := w.order("89900001", translate.Paid, time.Hour), w.order("89900001", translate.Paid, time.Hour)
	_, _, err := w.ledger.Record(t.Context(), refunding.Key, ledger.Update{State: translate.Refunding, RefundNo: "R" + refunding.OrderNo, Next: present})
	must(err)
	order := `"merid":"89900001","orderid":"` + paid.OrderID + `"`
	for name, tc := range map[string]struct {
		method, path, body string
		status             int
		words              string
	}{
		"a path":                {"GET", "nothing", "", 404, "没有 \"/paybridge/nothing\" 这个路径"},
		"a method":              {"PUT", "orders", "", 405, "/paybridge/orders 不接受 \"PUT\" 方法"},
		"a list":                {"GET", "orders?limit=9999", "", 400, "query.limit：必须是 1 到 500"},
		"a filter":              {"GET", "orders?state=lost", "", 400, "query.state：未知的值 \"lost\"；可以是：begun"},
		"a parameter":           {"GET", "orders?colour=red", "", 400, "query.colour：未知；可以是：merid"},
		"a cursor":              {"GET", "quarantine?after=x", "", 400, "query.after：不是某个应答中的 next"},
		"an order":              {"GET", "order?merid=89900002&number=" + paid.OrderID, "", 404, "该号码属于订单 \"" + paid.OrderID + "\"，商户 \"89900001\""},
		"no such order":         {"GET", "order?merid=89900002&number=0", "", 404, "其他商户也没有"},
		"a search":              {"GET", "search?number=", "", 400, "query.number：缺少"},
		"a resend, unknown":     {"POST", "notifications/resend", `{"merid":"89900001","orderid":"0","dry_run":true}`, 404, "没有号码为"},
		"a resend, no reason":   {"POST", "notifications/resend", `{"merid":"89900001"}`, 400, "body.why：缺少；请简单写明原因"},
		"a refund":              {"POST", "orders/refund", `{` + order + `,"dry_run":true}`, 409, "订单的状态是“已支付”，只有失败的退款可以重试；要退款，请由商户撤销订单"},
		"a refund, by the wire": {"POST", "orders/refund", `{` + order + `,"why":"x"}`, 409, "没有改动：订单的状态是“已支付”"},
		"a matter":              {"POST", "orders/deal", `{` + order + `,"matter":"refund","why":"x"}`, 409, "该订单的退款不需要人工处理"},
		"a message":             {"POST", "quarantine/deal", `{"id":"7","why":"x"}`, 404, "隔离的消息中没有 \"7\""},
		"a pause":               {"POST", "merchants/pause", `{"merid":"1","why":"x"}`, 404, "配置中没有商户 \"1\""},
		"a resumption":          {"POST", "merchants/resume", `{"merid":"89900001","why":"x"}`, 409, "商户 \"89900001\" 没有暂停"},
		"a settlement":          {"POST", "orders/settle", `{` + order + `,"state":"failed","why":"x"}`, 409, "没有改动：订单的状态是“已支付”，没有卡住"},
		"a settlement to what it cannot be": {"POST", "orders/settle", `{"merid":"89900001","orderid":"` + refunding.OrderID + `","state":"paid","why":"x"}`,
			409, "状态为“退款中”的订单不能人工定案为“已支付”，只能是：已退款或退款失败"},
		"a body": {"POST", "merchants/pause", `{"merid":1}`, 400, "body.merid：不能是 JSON 的 number"},
	} {
		t.Run(name, func(t *testing.T) {
			a := w.inChinese(tc.method, tc.path, tc.body)
			w.refused(a, tc.status, strings.ReplaceAll(tc.words, `"`, `\"`))
		})
	}
}

// Reasons within an answer that is not a refusal are Chinese too.
func TestChineseReasons(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	waiting := w.notification("89900001", ledger.Waiting, time.Hour)
	resent := read[Resent](t, w.inChinese("POST", "notifications/resend", `{"merid":"89900001","orderid":"`+waiting.OrderID+`","dry_run":true}`))
	if len(resent.Refused) != 1 || resent.Refused[0].Reason != "它本来就在等待下一次发送" {
		t.Errorf("%+v", resent.Refused)
	}
}

func TestChineseReadiness(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.disk = func() error { return errors.New("no space left on device") }
	a := w.inChinese("GET", "health", "")
	w.refused(a, http.StatusServiceUnavailable, "无法提交：no space left on device")
	w.refused(a, http.StatusServiceUnavailable, "账本无法提交，因此不接受支付")
	w.running = false
	w.refused(w.inChinese("GET", "health", ""), http.StatusServiceUnavailable, "Caddy 的配置中没有 paybridge 块")
	w.refused(w.inChinese("GET", "orders", ""), http.StatusServiceUnavailable, "支付桥没有运行")
}

// spelled are the types whose values are the same in every language: spellings of v1
// and lengths of time.
var spelled = []reflect.Type{reflect.TypeFor[v1.Action](), reflect.TypeFor[Span]()}

// Whatever the API names has a Chinese word.
func TestEveryTermIsChinese(t *testing.T) {
	t.Parallel()
	types := slices.SortedFunc(maps.Keys(enumerations), func(a, b reflect.Type) int { return strings.Compare(a.Name(), b.Name()) })
	for _, of := range types {
		if slices.Contains(spelled, of) {
			continue
		}
		for _, value := range enumerations[of] {
			if term := bilingual.Term(value); !hasHan(term.In(bilingual.Zh)) || term.In(bilingual.En) != value {
				t.Errorf("%s %s is %q", of.Name(), value, term.In(bilingual.Zh))
			}
		}
	}
}

// names are words that are the same in every language.
var names = regexp.MustCompile(`https?://[!-~]*|https?|gateway_key|gateway：|intl|crypto/rsa|AVX-512 IFMA|avx512ifma|[KMGT]?i?B|\d+(\.\d+)?(ms|µs|s)|public_url|DNS|paybridge|gateway_key|tran_codes|tranFlowid|private_key|old_gateway|min_free_disk|Caddy|PaybridgeShadow\w+`)

// TestSelfCheckIsChinese: no line of a self-check has English in it, whatever it finds.
func TestSelfCheckIsChinese(t *testing.T) {
	t.Parallel()
	for name, breaks := range map[string]func(*world){
		"well":                 func(*world) {},
		"a silent gateway":     func(w *world) { w.gateway.says("", nil) },
		"a gateway of refusal": func(w *world) { w.gateway.says("E0000003", nil) },
		"nobody at the notify address": func(w *world) {
			w.served.Settings.NotifyURL = "http://127.0.0.1:1/onepay/notify"
		},
		"doubts": func(w *world) {
			w.served.Doubts = func() []configcheck.Finding {
				return configcheck.Check(configcheck.Config{PublicURL: "http://pay.example.com", GatewayURL: "https://gw.example.com"})
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.served.Settings.NotifyURL = notifyAddress(t, asPaybridge)
			breaks(w)
			for _, c := range read[SelfCheck](t, w.inChinese("GET", "selfcheck", "")).Checks {
				for _, text := range []string{c.Name, c.Detail, c.Advice} {
					if rest := names.ReplaceAllString(text, ""); regexp.MustCompile(`[A-Za-z]{3,}`).MatchString(rest) {
						t.Errorf("%q has English in it: %q", text, rest)
					}
				}
			}
		})
	}
	for _, check := range []string{"engine", "ledger", "disk", "clock", "shadow"} {
		if zh := checkNames[check].In(bilingual.Zh); zh == "" || zh == check {
			t.Errorf("%s is %q", check, zh)
		}
	}
}
