package tests

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/paybridge/paybridge/tests/sandbox/merchant"
)

// operatorsDay is a world in which an operator works with one merchant.
type operatorsDay struct {
	*world
	t     *testing.T
	suite string
	shop  shop
}

// TestOperatorsDay: a merchant is added, tried, refused, explained, paid, notified,
// reconciled, paused, resumed and purged, with the commands of the documents alone, and
// all of it is on record.
func TestOperatorsDay(t *testing.T) {
	t.Parallel()
	for suite, shop := range shops {
		t.Run(suite, func(t *testing.T) {
			t.Parallel()
			d := &operatorsDay{newWorld(t, settings{Extra: hasty, TranCodes: "close OP1004"}), t, suite, shop}
			d.add()
			d.try()
			d.refuse()
			payment := d.sell(2600)
			d.reconcile(payment.OrderID)
			later := d.pause()
			d.changes()
			d.rest()
			d.purge(payment, later)
			d.rest()
		})
	}
}

// add starts the bridge without the merchant, and adds it by a reload.
func (d *operatorsDay) add() {
	whole, err := os.ReadFile(d.bridge.config)
	if err != nil {
		d.t.Fatal(err)
	}
	block := regexp.MustCompile(`(?s)\t\tmerchant ` + d.shop.MerID + ` \{.*?\n\t\t\}\n`)
	if !block.Match(whole) {
		d.t.Fatalf("no merchant %s in\n%s", d.shop.MerID, whole)
	}
	d.configure(block.ReplaceAll(whole, nil))
	d.bridge.start()
	if reply := d.pay(d.suite, d.payment(d.suite, "WxSao", 2500)); reply.RespCode != "91" && reply.RespCode != "90" {
		d.t.Errorf("before the merchant is added: %s", reply.Inner)
	}
	d.bridge.ask("try", "pay", d.shop.MerID, "--action", "WxSao", "--amount", "0.01").want(d.t, 1, d.shop.MerID)
	d.configure(whole)
	if err := d.bridge.reload(d.ctx()); err != nil {
		d.t.Fatal(err)
	}
	d.bridge.ask("merchant", "list").want(d.t, 0, d.shop.MerID)
}

func (d *operatorsDay) configure(text []byte) {
	if err := os.WriteFile(d.bridge.config, text, 0o600); err != nil {
		d.t.Fatal(err)
	}
}

// try pays as a customer of the merchant would, and calls the merchant's program.
func (d *operatorsDay) try() {
	d.bridge.ask(tryArgs(d.suite, "--for", "0s", "--cancel", "--why", "a new merchant")...).want(d.t, 0, "Cancelled: the order is closed")
	d.bridge.ask("try", "notify", d.shop.MerID, d.backURLs[d.suite]).want(d.t, 0, "It counts")
}

// refuse has the merchant sign with a wrong key, and finds out why it is refused.
func (d *operatorsDay) refuse() {
	client := d.client(d.suite)
	client.Key += " "
	wrong := func() {
		if reply, err := client.Pay(d.ctx(), d.payment(d.suite, "WxSao", 2550)); err != nil || reply.RespCode != "91" {
			d.t.Errorf("signed with a wrong key: %+v, %v", reply, err)
		}
	}
	wrong()
	cause := ""
	named := regexp.MustCompile(d.shop.MerID + `\s+(sign\w+|key\w+|\w+)`)
	if !eventually(func() bool {
		found := named.FindStringSubmatch(d.bridge.ask("refused", d.shop.MerID).out)
		if found != nil {
			cause = found[1]
		}
		return found != nil
	}) {
		d.t.Fatal("the refusal is not told")
	}
	d.bridge.ask("merchant", "keep", d.shop.MerID, "--for", "10m", "--why", "their signature fails").want(d.t, 0)
	wrong()
	d.bridge.ask("merchant", "kept", d.shop.MerID).want(d.t, 0, cause)
	d.bridge.ask("merchant", "kept", d.shop.MerID, "--report", "1").want(d.t, 0, cause)
	d.bridge.ask("merchant", "forget", d.shop.MerID, "--why", "they use the right key now").want(d.t, 0)
}

// sell is an order that is paid, and of which the merchant is told.
func (d *operatorsDay) sell(fen int64) merchant.Payment {
	p := d.payment(d.suite, "WxCode", fen)
	if reply := d.pay(d.suite, p); reply.RespCode != "00" {
		d.t.Fatalf("pay: %s", reply.Inner)
	}
	d.notified(d.suite, p.OrderID, 1)
	if !eventually(func() bool { // its answer is on record a moment after it was given
		return strings.Contains(d.bridge.ask("order", d.shop.MerID, p.OrderID).out, "delivered")
	}) {
		d.t.Errorf("order %s is not delivered", p.OrderID)
	}
	d.bridge.ask("order", d.shop.MerID, p.OrderID).want(d.t, 0, "paid", "delivered")
	return p
}

// reconcile compares the gateway's own book with the ledger, as CSV and as a workbook.
func (d *operatorsDay) reconcile(orderID string) {
	lines := d.statementLines()
	d.bridge.ask("reconcile", d.statement(lines...), "--day", aDay()).want(d.t, 0, "The sides agree.", d.shop.MerID, "26.00")
	d.bridge.ask("reconcile", d.workbook(lines), "--sheet", "Orders", "--day", aDay()).want(d.t, 0, "The sides agree.")
	d.bridge.ask("reconcile", d.statement(), "--day", aDay()).want(d.t, 1, "missing_there", orderID)
}

// pause keeps the merchant's notifications back while its program is repaired.
func (d *operatorsDay) pause() merchant.Payment {
	d.bridge.ask("merchant", "pause", d.shop.MerID, "--why", "their repair").want(d.t, 0, "are kept back")
	d.bridge.ask("merchant", "list", "--paused").want(d.t, 0, d.shop.MerID, "their repair")
	p := d.payment(d.suite, "WxCode", 2700)
	d.pay(d.suite, p)
	if !eventually(func() bool {
		return len(d.bridge.ask("notifications", "--state", "paused", "--json").listed(d.t)) == 1
	}) {
		d.t.Error("nothing is kept back")
	}
	d.wantMetrics(reading{"paybridge_paused_merchants": 1})
	if sent := d.receivers[d.suite].Notifications(p.OrderID); len(sent) > 0 {
		d.t.Errorf("sent during the pause: %+v", sent)
	}
	d.bridge.ask("merchant", "resume", d.shop.MerID, "--why", "repaired").want(d.t, 0, "1 that were kept back are due now")
	d.notified(d.suite, p.OrderID, 1)
	d.wantMetrics(reading{
		"paybridge_paused_merchants": 0, "paybridge_oldest_pause_seconds": 0,
		`paybridge_merchant_orders_total{merid="` + d.shop.MerID + `",result="paid"}`: 2,
	})
	return p
}

// changes is the record of the day.
func (d *operatorsDay) changes() {
	d.bridge.ask("changes").want(d.t, 0, "try pay", "a new merchant", "try notify", "their signature fails", "their repair", "repaired")
	typed := strings.NewReplacer("tried by hand", "", "a new merchant", "", "their signature fails", "", "they use the right key now", "", "their repair", "", "repaired", "")
	said := d.bridge.ask("changes", "--lang", "zh")
	said.want(d.t, 0, "试支付", "WxSao，0.01 元", "样例发往 ", "保留 10 分钟", "个表单", "（来自 127.0.0.1）")
	if words := untranslated.FindAllString(typed.Replace(said.out), -1); len(words) > 0 {
		d.t.Errorf("English in Chinese: %q in\n%s", words, said.out)
	}
}

// untranslated are English words as no number, action or time zone has them.
var untranslated = regexp.MustCompile(`\b[a-z]{2,} [a-z]{2,}\b`)

// purge forgets the day's orders when they are over a year old: they are counted,
// exported, and gone but for their numbers, which nobody can pay with again.
func (d *operatorsDay) purge(sold ...merchant.Payment) {
	d.bridge.stop()
	d.age(400 * 24 * time.Hour)
	d.bridge.start()
	file := filepath.Join(d.dir, "purged.jsonl")
	all := len(d.rows()) // what was tried, too
	d.bridge.ask("purge", "--older-than", "500d").want(d.t, 0, "0 orders would be purged")
	d.bridge.ask("purge", "--older-than", "300d").want(d.t, 0, fmt.Sprintf("%d orders would be purged", all))
	d.bridge.ask("purge", "--older-than", "300d", "--export", file, "--why", "older than a year", "--yes").want(d.t, 0, fmt.Sprintf("%d orders were purged", all))
	d.bridge.ask("changes").want(d.t, 0, "purge", "older than a year")
	written := exported(d.t, file)
	if len(written) != all {
		d.t.Errorf("%d orders are in the file, want %d", len(written), all)
	}
	for _, p := range sold {
		if !written[p.OrderID] {
			d.t.Errorf("order %s is not in the file", p.OrderID)
		}
		d.bridge.ask("order", d.shop.MerID, p.OrderID).want(d.t, 0, "; purged at ", "only numbers, amount, state and times are kept.")
		if again := d.pay(d.suite, p); again.RespCode != "00" {
			d.t.Errorf("a repeat of %s hears %s", p.OrderID, again.Inner)
		}
		if asked := d.query(d.suite, p.OrderID); asked.ResultCode != "0000" || asked.Amount != p.Amount {
			d.t.Errorf("a query of %s hears %s", p.OrderID, asked.Inner)
		}
		if calls := d.receivers[d.suite].Notifications(p.OrderID); len(calls) != 1 {
			d.t.Errorf("the merchant of %s was told %d times", p.OrderID, len(calls))
		}
	}
}
