package tests

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/tests/chromium"
	"github.com/paybridge/paybridge/tests/sandbox"
)

// englishSentence is what stands in no Chinese sentence.
var englishSentence = regexp.MustCompile(`[a-z]+( [a-z]+){3}`)

// refusedInChinese waits for a refusal with some words in an element of the page,
// and insists that no English sentence is in it.
func refusedInChinese(t *testing.T, tab *chromium.Tab, selector, words string) {
	t.Helper()
	text := `document.querySelector(` + quoteJS(selector) + `).innerText`
	tab.Await("a refusal in Chinese: "+words, text+`.includes(`+quoteJS(words)+`)`)
	if said := chromium.Evaluate[string](tab, text); englishSentence.MatchString(said) {
		t.Errorf("%s is not wholly Chinese: %s", selector, said)
	}
}

// TestConsoleRefusesInChinese: whatever the API refuses while the console is
// Chinese, it refuses in Chinese. Somebody else is always a little faster here.
func TestConsoleRefusesInChinese(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "console_actions")
	merID := shops["intl"].MerID
	why := []string{"--why", "换人处理"}
	quick := func(args ...string) { d.bridge.ask(append(args, why...)...).want(t, 0) }
	failed, dealt := d.refundRefused("intl", 7100, 1), d.refundRefused("intl", 7300, 1)
	d.payerPays("intl", d.pay("intl", d.payment("intl", "AliSao", 7200)), sandbox.Notice{Variant: sandbox.NoticeUnknownOrder}, false)
	tab := d.open(t, chinese, "")

	tab.Goto(d.url + "#order=89900002/" + d.paid)
	refusedInChinese(t, tab, "#ordertitle", "商户 \"89900002\" 没有号码为 \""+d.paid+"\" 的订单；该号码属于订单")
	tab.Inspect("order")
	tab.Goto(d.url + "#find=" + strings.Repeat("%E5%8D%95", 200))
	refusedInChinese(t, tab, "#foundtitle", "query.number：超过 500 字节")
	tab.Goto(d.url + "#list=orders&amount=0")
	refusedInChinese(t, tab, "#list", "query.max_fen：必须大于 0")

	onOrder := func(orderID, action string) {
		tab.Goto(d.url + "#order=89900001/" + orderID)
		tab.AwaitText("订单 " + orderID)
		tab.Click(`#actions [data-key^=` + action + `]`)
		tab.Await("what it would do", `!document.querySelector("#dialogconfirm").disabled`)
	}
	refuses := func(words string) {
		confirm(tab, "小王", "试一下")
		refusedInChinese(t, tab, "#dialoglines", words)
		tab.Inspect("refused")
		tab.Click("#dialogclose")
	}
	onOrder(failed, "retry_refund")
	quick("settle", merID, failed, "refunded", "--gateway-no", "TT1")
	refuses("没有改动：订单的状态是“已退款”，只有失败的退款可以重试；款项已经退回")

	onOrder(dealt, "dealt_refund")
	quick("dealt", merID, dealt, "refund")
	refuses("已经记录为已处理")

	onOrder(d.exhausted, "dealt_notification")
	quick("dealt", merID, d.exhausted, "notification")
	refuses("已经记录为已处理")

	tab.Goto(d.url + "#order=89900001/" + d.exhausted)
	tab.Await("the offer", `document.querySelector("#actions [data-key^=resend]")`)
	quick("notifications", "resend", merID, d.exhausted)
	d.awaitState(d.exhausted, "paid", "delivered")
	tab.Click(`#actions [data-key^=resend]`)
	refusedInChinese(t, tab, "#dialoglines", "订单 "+d.exhausted+" 不重发：商户已经确认")
	tab.Inspect("not-sent")
	tab.Click("#dialogclose")

	onOrder(d.paid, "pause_merchant")
	quick("merchant", "pause", merID)
	refuses("商户 89900001 已经暂停，操作人")
	onOrder(d.paid, "resume_merchant")
	quick("merchant", "resume", merID)
	refuses("商户 \"89900001\" 没有暂停")

	tab.Click(`#numbers [data-key=quarantine] button`)
	tab.Click(`#list td.action button`)
	tab.Await("what it would do", `!document.querySelector("#dialogconfirm").disabled`)
	quick("quarantine", "dealt", d.quarantined())
	refuses("已经记录为已处理")
	onlyRefusals(t, tab)
}

// TestConsoleWithoutLedgerInChinese: why the bridge is not ready, and why a list
// cannot be shown. The browser prefers neither language, so that the page is
// Chinese by itself, and has to say so when it asks.
func TestConsoleWithoutLedgerInChinese(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "")
	tab := d.open(t, chromium.Options{Device: chromium.Desktop, Language: "fr"}, "")
	release := d.holdLedger()
	tab.Click("#again")       // it may be a moment too early, and asks again by itself
	tab.AwaitText("账本：无法提交：") // what the database says of it follows
	tab.AwaitText("账本无法提交，因此不接受支付：请检查磁盘或数据库，并查看 Caddy 的日志")
	tab.Inspect("not-ready")
	release()
	tab.Click("#again")
	tab.Await("the bridge to be ready", `document.querySelector("#ready").textContent === "就绪"`)

	file := strings.TrimPrefix(d.settings.Ledger, "sqlite ")
	if err := os.Rename(file, file+".away"); err != nil {
		t.Fatal(err)
	}
	tab.Click("#again")
	refusedInChinese(t, tab, "#trouble", "支付桥拒绝了请求：账本没有回应")
	tab.Click("#tab-orders")
	refusedInChinese(t, tab, "#list", "支付桥拒绝了请求：账本没有回应")
	tab.Inspect("ledger-away")
	if err := os.Rename(file+".away", file); err != nil {
		t.Fatal(err)
	}
	onlyRefusals(t, tab)
}

// onlyRefusals insists that nothing else has gone wrong in a tab, and leaves its page.
func onlyRefusals(t testing.TB, tab *chromium.Tab) {
	t.Helper()
	tab.Goto("about:blank") // the page would go on to refresh itself, and hear more of them
	for _, trouble := range tab.Troubles() {
		if !strings.Contains(trouble, "status 4") && !strings.Contains(trouble, "status 503") {
			t.Error(trouble)
		}
	}
}

// quarantined is the one message in quarantine.
func (d *desk) quarantined() (id string) {
	d.t.Helper()
	var list struct{ Items []struct{ ID string } }
	if err := json.Unmarshal([]byte(d.bridge.ask("quarantine", "--json").out), &list); err != nil || len(list.Items) != 1 {
		d.t.Fatalf("in quarantine: %+v, %v", list, err)
	}
	return list.Items[0].ID
}
