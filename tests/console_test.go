package tests

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"

	"github.com/paybridge/paybridge/tests/chromium"
	"github.com/paybridge/paybridge/tests/sandbox"
)

// awaitNumber waits until a tile of the console says a number, over the page's own
// refreshing: on a busy machine a step may be overdue for a moment.
func awaitNumber(tab *chromium.Tab, name, want string) {
	tab.Await(name+" "+want, `document.querySelector("#numbers [data-key=`+name+`] strong")?.textContent === "`+want+`"`)
}

// TestConsoleShows looks at the console on every screen and in both languages,
// by day and by night.
func TestConsoleShows(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "console_actions")
	d.history()
	for _, test := range []struct {
		name    string
		browser chromium.Options
		words   []string
	}{
		{"laptop, Chinese", chinese, []string{"就绪", "允许操作", "存疑订单", "本机时区", "支付成功率"}},
		{"laptop, English", english, []string{"Ready", "Actions enabled", "Orders in doubt", "all times are local", "Success of payments"}},
		{"phone, Chinese", chromium.Options{}, []string{"就绪", "积压"}},
		{"wider phone, English", chromium.Options{Device: chromium.Device{Width: 360, Height: 740, Touch: true}, Language: "en"}, []string{"Backlog"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			tab := d.open(t, test.browser, "")
			for _, words := range test.words {
				tab.AwaitText(words)
			}
			for name, want := range map[string]string{
				"in_doubt": "1", "overdue_orders": "0", "waiting": "0", "overdue_notifications": "0", "exhausted": "1", "paused": "0",
			} {
				awaitNumber(tab, name, want)
			}
			tab.Await("the order in doubt", `document.querySelector("#list").innerText.includes("`+d.doubtful+`")`)
			tab.Inspect("day")
			darken(tab)
			tab.Inspect("night")
			d.lookAtLists(tab)
			tab.Goto(d.url + "#order=89900001/" + d.exhausted)
			tab.AwaitText("OP1001")
			tab.Inspect("order")
		})
	}
	d.rest()
}

// awaitList waits until the answer about a list is shown.
func awaitList(tab *chromium.Tab, name string) {
	tab.Await("the list "+name, `document.querySelector("#list table, #list .none") && !document.querySelector("#list").innerText.match("正在读取|Loading")`)
}

// lookAtLists opens every list, checks what is in those that an operator looks
// for, and asks for more of the longest.
func (d *desk) lookAtLists(tab *chromium.Tab) {
	for _, list := range []struct{ name, has string }{
		{"overdue_orders", ""}, {"waiting", ""}, {"overdue_notifications", ""}, {"paused", ""},
		{"exhausted", d.exhausted}, {"orders", d.failed}, {"sums", "89900001"}, {"merchants", shops["gm"].Gateway},
	} {
		tab.Click("#tab-" + list.name)
		awaitList(tab, list.name)
		if got := chromium.Evaluate[string](tab, `document.querySelector("#list").innerText`); !strings.Contains(got, list.has) {
			d.t.Errorf("list %s: %s", list.name, got)
		}
		tab.Inspect("list-" + list.name)
	}
	tab.Click("#tab-orders")
	for _, rows := range []string{"25", "50"} {
		tab.Await(rows+" orders", `document.querySelectorAll("#list tbody tr").length === `+rows)
		tab.Click("#list > button")
	}
}

// TestConsoleTellsOfOrders opens the story of an order in every state, and looks
// for what explains it.
func TestConsoleTellsOfOrders(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "")
	tab := d.open(t, chinese, "")
	in := d.open(t, english, "")
	for _, test := range []struct {
		name, order string
		chinese     []string
		english     []string
	}{
		{"paid", d.paid, []string{"已支付", "¥1,234.56", "商户已确认", "除非商户撤销"}, []string{"acknowledged", "call 1", "unless the merchant cancels"}},
		{"exhausted", d.exhausted, []string{"次数用尽", "可以人工重发", markup}, []string{"none acknowledged", "The merchant answered: " + markup}},
		{"in doubt", d.doubtful, []string{"存疑", "可能已经支付", "E0000000"}, []string{"in doubt", "may have happened"}},
		{"failed", d.failed, []string{"失败", "余额不足 " + markup, "E1000001"}, []string{"at the gateway: 余额不足 " + markup}},
		{"refunded", d.refunded, []string{"已退款", "退款号", "OP1003", "撤销"}, []string{"The whole amount was given back", "refunding → refunded"}},
		{"closed", d.closed, []string{"已关闭", "撤销"}, []string{"before it was paid"}},
		{"unpaid", d.unpaid, []string{"待支付", "不需要通知", "已提交 → 待支付"}, []string{"Waits for the payer until", "none is owed"}},
	} {
		for language, tab := range map[string]*chromium.Tab{"zh": tab, "en": in} {
			tab.Goto(d.url + "#order=89900001/" + test.order)
			tab.AwaitText(test.order)
			for _, words := range map[string][]string{"zh": test.chinese, "en": test.english}[language] {
				tab.Await(test.name+": "+words, `document.querySelector("#order").innerText.includes(`+quoteJS(words)+`)`)
			}
			tab.Inspect(test.name + "-" + language)
		}
	}
	for _, tab := range []*chromium.Tab{tab, in} {
		if title := chromium.Evaluate[string](tab, "document.title"); strings.Contains(title, "owned") || tab.Has("main img, main script") {
			t.Errorf("somebody's words became part of the page: %q", title)
		}
	}
}

// TestConsoleSearch finds an order by each of its numbers and says plainly when
// there is none.
func TestConsoleSearch(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "")
	tab := d.open(t, chinese, "")
	queryID := d.query("intl", d.refunded).QueryID
	for _, number := range []string{d.refunded, queryID, queryID[1:]} {
		tab.Goto(d.url + "#")
		tab.Write("#number", number)
		press(tab, "\r")
		tab.AwaitAddress(d.url + "#order=89900001/" + d.refunded)
		tab.AwaitText("订单 " + d.refunded)
	}
	tab.Back()
	tab.Await("the order to be closed", `document.querySelector("#order").hidden`)
	for _, number := range []string{"T0000000000000000", markup} {
		tab.Goto(d.url + "#")
		tab.Reload()
		tab.Await("the answer", `document.querySelector("#asof").innerText`) // what has come after that moves nothing
		tab.Write("#number", number)
		tab.Click("#search button")
		tab.AwaitText("没有订单使用号码 " + number)
	}
	tab.Inspect("nothing")
	tab.Goto(d.url + "#order=%E0%A4%A/x")
	tab.Reload()
	tab.AwaitText("就绪")
	tab.Goto(d.url + "#order=89900001/T0000000000000000")
	tab.AwaitText("其他商户也没有")
	if troubles := tab.Troubles(); len(troubles) != 1 || !strings.Contains(troubles[0], "status 404") {
		t.Errorf("troubles: %q", troubles)
	}
}

// TestConsoleSearchFindsSeveral: merchants choose their numbers for themselves.
func TestConsoleSearchFindsSeveral(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "")
	twin := d.payment("gm", "WxSao", 777)
	twin.OrderID = d.unpaid
	d.pay("gm", twin)
	tab := d.open(t, english, "#find="+d.unpaid)
	tab.AwaitText("2 orders have the number " + d.unpaid)
	tab.Inspect("several")
	tab.Click(`#foundlist a[href$="89900002/` + d.unpaid + `"]`)
	tab.AwaitText("¥7.77")
	tab.Await("the merchant", `document.querySelector("#facts").innerText.includes("89900002")`)
}

// TestConsoleRefreshes lets an order be paid while an operator reads its story.
// The page tells by itself and leaves the operator where they were.
func TestConsoleRefreshes(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "")
	late := d.pay("intl", d.payment("intl", "WxSao", 3100))
	tab := d.open(t, chromium.Options{}, "#order=89900001/"+late.OrderID)
	tab.AwaitText("待支付")
	tab.Click("#backlog summary")
	tab.Await("the table", `document.querySelector("#backlog details").open`)
	const place = `[document.activeElement.closest("figure")?.id, scrollY, document.querySelector("#backlog details").open].join()`
	before := chromium.Evaluate[string](tab, place)
	events := chromium.Evaluate[int](tab, `document.querySelectorAll("#events li").length`)
	d.payerPays("intl", late, sandbox.Notice{}, false)
	d.notified("intl", late.OrderID, 1)
	tab.Await("the payment", `document.querySelector("#orderstate").textContent === "已支付"`)
	if got := chromium.Evaluate[int](tab, `document.querySelectorAll("#events li").length`); got <= events {
		t.Errorf("%d events, %d before", got, events)
	}
	grown := chromium.Evaluate[string](tab, place)
	if !strings.HasPrefix(before, "backlog,") || strings.Split(grown, ",")[0] != "backlog" || !strings.HasSuffix(grown, ",true") {
		t.Errorf("was at %s, is at %s", before, grown)
	}
}

// TestConsoleZone shows times as the clock on the operator's wall does.
func TestConsoleZone(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "")
	for zone, want := range map[string]string{"Asia/Shanghai": "(UTC+08:00)", "America/St_Johns": "(UTC-03:30)"} {
		tab := chromium.Open(t, english)
		emulate(tab, "travelling", emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: zone})
		tab.Goto(d.url + "#order=89900001/" + d.paid)
		tab.AwaitText(zone + " " + want)
		place, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		paid := d.receivers["intl"].Notifications(d.paid)[0].Arrived
		tab.AwaitText(paid.In(place).Format("2006-01-02 15:04"))
	}
}

// TestConsoleWithoutBridge: the page says once that nothing answers, also where a part of
// it asks by itself, that the bridge is not ready and why, and takes it back.
func TestConsoleWithoutBridge(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "")
	tab := d.open(t, chinese, "#order=89900001/"+d.paid)
	tab.AwaitText("商户已确认")
	d.bridge.stop()
	tab.Click("#again")
	tab.AwaitText("无法连接支付桥")
	tab.AwaitText("状态未知")
	tab.Click("#tab-orders")
	tab.Await("the list without an answer", `document.querySelector("#list .unanswered").textContent`)
	if said := chromium.Evaluate[string](tab, `document.querySelector("#list .partstatus").innerText.trim()`); said != "" {
		t.Errorf("the list says so, too: %q", said)
	}
	tab.Inspect("unreachable")
	d.settings.Extra += "\n\t\thealth {\n\t\t\tmin_free_disk 900PiB\n\t\t}"
	d.writeConfig(d.bridge)
	d.bridge.startAnyhow()
	tab.Click("#again")
	tab.AwaitText("未就绪")
	tab.AwaitText("min_free_disk")
	tab.Await("the trouble to be over", `document.querySelector("#trouble").hidden`)
	tab.Inspect("not-ready")
	tab.Goto("about:blank") // the page would go on to refresh itself
	for _, trouble := range tab.Troubles() {
		if !strings.Contains(trouble, "ERR_CONNECTION_REFUSED") && !strings.Contains(trouble, "status 503") {
			t.Error(trouble)
		}
	}
}

// TestConsoleWithoutScripts says what else there is.
func TestConsoleWithoutScripts(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "")
	tab := chromium.Open(t, chromium.Options{ScriptsOff: true, Language: "en"})
	tab.Goto(d.url)
	tab.AwaitText("The command line does the same: caddy paybridge.")
}
