package tests

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/paybridge/paybridge/tests/chromium"
	"github.com/paybridge/paybridge/tests/port"
	"github.com/paybridge/paybridge/tests/sandbox"
	"github.com/paybridge/paybridge/tests/sandbox/merchant"
)

// markup is what a gateway or a merchant says to take over the page of whoever
// reads it as HTML.
const markup = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>`

// desk is where an operator sits: a bridge with orders of every sort, and its
// console. The members name the orders.
type desk struct {
	*world
	url                                                         string
	paid, exhausted, doubtful, failed, refunded, closed, unpaid string
}

// openDesk starts a bridge whose console a browser can open by its address, and
// gives it something to show. Words are more of the paybridge block.
func openDesk(t testing.TB, words string) *desk {
	t.Helper()
	d := newWorld(t, settings{Extra: "notify_schedule 1s\n\t\t" + words}).withConsole()
	d.bridge.start()
	d.play()
	return d
}

// openMovingDesk is a desk beside an old gateway, where all orders go yet.
func openMovingDesk(t testing.TB) *desk {
	t.Helper()
	d := newMovingWorld(t, "old", newWorld).withConsole()
	d.bridge.start()
	return d
}

// withConsole writes a site with the console into the configuration of a bridge that is
// to be started.
func (w *world) withConsole() *desk {
	w.t.Helper()
	site := port.Free(w.t)
	// The site has no name, so that it is the directive that judges names.
	w.settings.After = fmt.Sprintf(":%s {\n\tbind 127.0.0.1\n\tpaybridge_console\n}\n", strings.TrimPrefix(site, "127.0.0.1:"))
	w.writeConfig(w.bridge)
	return &desk{world: w, url: "http://" + site + "/paybridge/"}
}

// play lets merchants and payers bring about orders of every sort.
func (d *desk) play() {
	d.t.Helper()
	pay := func(action string, fen int64) *merchant.Reply { return d.pay("intl", d.payment("intl", action, fen)) }
	amount := func(b sandbox.Behaviour, unprocessed bool) int64 {
		fen, _ := sandbox.AmountFor(b, unprocessed)
		return fen
	}
	d.paid = pay("WxCode", 123456).OrderID
	d.notified("intl", d.paid, 1)

	notAcknowledged := d.payment("intl", "AliCode", 4200)
	d.exhausted = notAcknowledged.OrderID
	d.receivers["intl"].Script(d.exhausted, merchant.AnswerMarkup, merchant.AnswerMarkup)
	d.pay("intl", notAcknowledged)

	d.doubtful = pay("WxCode", amount(sandbox.InProgress, true)).OrderID
	refusal := sandbox.Rule{Behaviour: sandbox.Refused, TranCode: "OP1001", Words: "余额不足 " + markup, Times: 1}
	d.script(d.t, refusal)
	d.failed = pay("AliCode", 880).OrderID
	d.refunded = pay("AliCode", 1500).OrderID
	d.notified("intl", d.refunded, 1)
	d.cancel("intl", d.refunded)
	d.closed = pay("WxSao", 990).OrderID
	d.cancel("intl", d.closed)
	d.unpaid = pay("AliSao", 1999).OrderID
	d.awaitState(d.exhausted, "paid", "exhausted")
	d.awaitState(d.refunded, "refunded", "delivered")
}

// awaitState waits until the ledger has an order and its notification in two
// states.
func (d *desk) awaitState(orderID, state, notified string) {
	d.t.Helper()
	ok := eventually(func() bool {
		for _, r := range d.rows() {
			if r.orderID == orderID {
				return r.state == state && r.notified == notified
			}
		}
		return false
	})
	if !ok {
		d.t.Fatalf("order %s does not become %s, %s: %+v", orderID, state, notified, d.rows())
	}
}

// open opens the console in a browser, at a fragment.
func (d *desk) open(t testing.TB, o chromium.Options, fragment string) *chromium.Tab {
	t.Helper()
	tab := chromium.Open(t, o)
	if status := tab.Goto(d.url + fragment); status != 200 {
		t.Fatalf("the console answers with status %d", status)
	}
	tab.Await("the console", `document.querySelector("#asof").textContent !== ""`)
	return tab
}

// The browsers of operators who read Chinese, and English.
var (
	chinese = chromium.Options{Device: chromium.Desktop}
	english = chromium.Options{Device: chromium.Desktop, Language: "en-GB"}
)

// emulate changes something of what a tab is.
func emulate[P any](tab *chromium.Tab, what string, command cdp.Command[P, cdp.Empty], params P) {
	tab.Do(what, chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, command, params)
		return err
	}))
}

// darken asks the page for its dark colours.
func darken(tab *chromium.Tab) {
	emulate(tab, "darkening", emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}},
	})
}

// press presses a key wherever the focus is.
func press(tab *chromium.Tab, key string) { tab.Do("pressing "+key, chromedp.KeyEvent(key)) }

// history gives the ledger a past day: orders of every end, and a sample a minute
// but for two hours in which no bridge ran. The bridge is stopped meanwhile.
func (d *desk) history() {
	d.t.Helper()
	d.bridge.stop()
	db := d.openLedger()
	defer db.Close()
	tx, err := db.BeginTx(d.t.Context(), nil)
	if err != nil {
		d.t.Fatal(err)
	}
	now := time.Now().Truncate(time.Minute)
	for i := 1; i < 24*60; i++ {
		d.pastMinute(tx, now.Add(-time.Duration(i)*time.Minute), i)
	}
	if err := errors.Join(tx.Commit(), db.Close()); err != nil {
		d.t.Fatal(err)
	}
	d.bridge.start()
}

// The time, in minutes ago, in which no bridge ran, that in which merchants and
// the gateway were down, and whose orders the past ones are.
const (
	downFrom, downTo     = 800, 680
	brokenFrom, brokenTo = 300, 210
	pastMerchant         = "89900003"
)

// pastMinute invents what happened in a minute some time ago.
func (d *desk) pastMinute(tx *sql.Tx, at time.Time, ago int) {
	d.t.Helper()
	if ago < downFrom && ago > downTo {
		return
	}
	broken := ago < brokenFrom && ago > brokenTo
	wave := 1 + math.Sin(float64(ago)/230)
	waiting, overdue, doubtful := int(3*wave), 0, 0
	if broken {
		waiting, overdue, doubtful = waiting+(brokenFrom-ago)*2, (brokenFrom-ago)/3, 4
	}
	d.exec(tx, `INSERT OR IGNORE INTO samples VALUES (?, ?, ?, ?, ?, ?)`, at.UnixMilli(), waiting, overdue, min(9, (24*60-ago)/150), doubtful, 3)
	if ago%3 != 0 {
		return
	}
	for n := range int(1 + 3*wave) {
		state := "paid"
		if (ago+7*n)%23 == 0 || broken && n%2 == 0 {
			state = []string{"failed", "closed"}[ago%2]
		}
		number := fmt.Sprintf("PAST%06d%02d", ago, n)
		d.exec(tx, `INSERT INTO orders (order_id, mer_id, query_id, order_no, flow_no, gateway_merchant, fingerprint, action, amount,
			back_url, front_url, open_id, client_ip, state, form_action, gateway_no, words, refund_no, created_at, sent_at, settled_at,
			paid_at, expires_at, next, tries, claim) SELECT ?, ?, ?, ?, flow_no, gateway_merchant, fingerprint, action, amount,
			back_url, '', '', client_ip, ?, '', gateway_no, '', '', ?, sent_at, settled_at,
			paid_at, expires_at, 0, 0, 0 FROM orders WHERE order_id = ?`,
			number, pastMerchant, "Q"+number, "N"+number, state, at.UnixMilli(), d.paid)
	}
}

func (d *desk) exec(tx *sql.Tx, statement string, args ...any) {
	d.t.Helper()
	if _, err := tx.ExecContext(d.t.Context(), statement, args...); err != nil {
		d.t.Fatal(err)
	}
}
