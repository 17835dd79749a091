package tests

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paybridge/paybridge/tests/sandbox"
)

// beijing is the zone of statements.
var beijing = time.FixedZone("CST", 8*60*60)

// statementLines are the gateway's book as it would be in a statement: a line for
// each charge, and one for each refund, with a negative amount.
func (w *world) statementLines() (lines []string) {
	line := func(number, kind, yuan, state string, at time.Time, platform string) {
		lines = append(lines, strings.Join([]string{at.In(beijing).Format(time.DateTime), "`" + number, kind, yuan, state, platform}, ","))
	}
	for _, o := range w.gateway.State().Orders {
		if o.Charges > 0 {
			line(o.OrderID, "支付", fmt.Sprintf("%d.%02d", o.Amount/100, o.Amount%100), "交易成功", o.Paid, o.PlatformID)
		}
		for _, r := range o.Refunds {
			if r.State == sandbox.RefundDone {
				line(o.OrderID, "退款", fmt.Sprintf("-%d.%02d", r.Amount/100, r.Amount%100), "退款成功", r.Created, o.PlatformID)
			}
		}
	}
	return lines
}

// statement writes a file that a gateway might have handed out.
func (w *world) statement(lines ...string) (path string) {
	w.t.Helper()
	text := "\ufeff# 交易明细\r\n" + statementColumns + "\r\n" +
		strings.Join(lines, "\r\n") + "\r\n总交易单数,总金额\r\n`" + fmt.Sprint(len(lines)) + ",`0.00\r\n"
	path = filepath.Join(w.t.TempDir(), "statement.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
	return path
}

// without are the lines that do not name an order.
func without(lines []string, number string) (kept []string) {
	for _, line := range lines {
		if !strings.Contains(line, number) {
			kept = append(kept, line)
		}
	}
	return kept
}

// with are the lines and one more.
func with(lines []string, line string) []string { return append(slices.Clone(lines), line) }

// aDay is every day on which the test can have run, so that nothing is near its ends.
func aDay() string {
	now := time.Now().In(beijing)
	return now.AddDate(0, 0, -1).Format(time.DateOnly) + ".." + now.AddDate(0, 0, 1).Format(time.DateOnly)
}

// TestReconcile: the gateway's own book agrees with the ledger, and every way in which
// a statement can differ is told, with an exit status for scripts.
func TestReconcile(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func() *world{
		"sqlite":   func() *world { return startWorld(t, settings{}) },
		"postgres": func() *world { w := onPostgres(t, settings{}); w.bridge.start(); return w },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			reconcileDay(t, start())
		})
	}
}

func reconcileDay(t *testing.T, w *world) {
	w.bridge.wantHealth(200, `"status":"ready"`)
	paid := func(suite string, fen int64) (orderID, number string) {
		p := w.payment(suite, "WxCode", fen)
		reply := w.pay(suite, p)
		w.notified(suite, p.OrderID, 1)
		return p.OrderID, reply.OrderNo()
	}
	_, other := paid("gm", 1200)
	lacking, lackingNo := paid("intl", 1300)
	refunded, refundedNo := paid("intl", 1400)
	kept, keptNo := paid("gm", 1500)
	for suite, orderID := range map[string]string{"intl": refunded, "gm": kept} {
		if got := w.cancel(suite, orderID); got.RespCode != "00" {
			t.Fatalf("cancel: %s", got.Inner)
		}
	}
	pending := w.payment("intl", "WxSao", 1600)
	pendingNo := w.pay("intl", pending).OrderNo()

	lines := w.statementLines()
	reconcile := func(lines []string, more ...string) said {
		return w.bridge.ask(append([]string{"reconcile", w.statement(lines...), "--day", aDay()}, more...)...)
	}
	reconcile(lines).want(t, 0, "The sides agree.", "Orders go by order_no", "89900001", "27.00", "89900002")

	today := time.Now().In(beijing).Format(time.DateTime)
	reconcile(without(lines, lackingNo)).want(t, 1, "missing_there", "not in the statement): 1", lacking, "13.00")
	strange := with(lines, today+",9999999999,支付,77.00,交易成功,X9")
	reconcile(strange).want(t, 1, "missing_here", "not in the ledger", "9999999999", "77.00")
	var dearer []string
	for _, line := range lines {
		if strings.Contains(line, other) {
			line = strings.Replace(line, "12.00", "12.01", 1)
		}
		dearer = append(dearer, line)
	}
	reconcile(dearer).want(t, 1, "another amount): 1", "12.01", "12.00")
	unpaidHere := with(lines, today+","+pendingNo+",支付,16.00,交易成功,X9")
	reconcile(unpaidHere).want(t, 1, "another state): 1", pending.OrderID, "pending", "succeeded")
	twice := with(lines, lines[0][:strings.LastIndexByte(lines[0], ',')]+",X9")
	reconcile(twice).want(t, 1, "more than once in the statement): 1")
	again := with(lines, lines[0])
	reconcile(again).want(t, 0, "Lines that are there once more, and count once: 1.", "The sides agree.")
	var unrefunded []string
	for _, line := range lines {
		if !strings.Contains(line, keptNo) || !strings.Contains(line, "退款") {
			unrefunded = append(unrefunded, line)
		}
	}
	reconcile(unrefunded).want(t, 1, "the refund is not in the statement): 1", kept, "refunded")
	refundedThere := with(lines, today+","+lackingNo+",退款,-13.00,退款成功,X9")
	reconcile(refundedThere).want(t, 1, "refunded in the statement, and not here): 1", lacking)
	part := strings.NewReplacer("-14.00", "-4.00").Replace(strings.Join(lines, "\n"))
	reconcile(strings.Split(part, "\n")).want(t, 1, "another amount refunded): 1", refundedNo[:8], "4.00")

	reconcile(lines, "--number", "gateway_no", "--column", "number=平台订单号").want(t, 0, "The sides agree.")
	w.bridge.ask("reconcile", w.workbook(lines), "--day", aDay(), "--sheet", "2").want(t, 0, "The sides agree.")
	w.bridge.ask("reconcile", w.workbook(without(lines, lackingNo)), "--day", aDay(), "--sheet", "Orders").want(t, 1, "missing_there", lacking)
	w.bridge.ask("reconcile", w.workbook(lines)).want(t, 2, "no line has names of columns", "the workbook has ", "--sheet")
	reconcile(lines, "--merchant", shops["gm"].MerID).want(t, 0, "The sides agree.", "of other days or merchants: 3")
	theirs := with(lines, today+",9999999999,支付,77.00,交易成功,"+shops["intl"].Gateway)
	reconcile(theirs, "--merchant", shops["gm"].MerID, "--column", "merchant=平台订单号").want(t, 0, "The sides agree.", "of other days or merchants: 4")
	reconcile(theirs, "--merchant", shops["intl"].MerID, "--column", "merchant=平台订单号").want(t, 1, "missing_here", "9999999999")
	reconcile(without(lines, lackingNo), "--csv").want(t, 1, "kind,merid,orderid", "missing_there,89900001,"+lacking)
	reconcile(without(lines, lackingNo), "--json").want(t, 1, `"missing_there": 1`, `"amount_fen": 1300`)
	all := w.bridge.ask("orders", "--all", "--csv", "--limit", "2")
	all.want(t, 0, "merid,orderid,queryid", lacking, refunded, kept, pending.OrderID, lackingNo, "13.00", "refunded")
	if rows := strings.Count(all.out, "\n"); rows != 6 {
		t.Errorf("%d lines of 5 orders:\n%s", rows, all.out)
	}
	w.bridge.ask("orders", "--csv", "--limit", "2").want(t, 0, "for the next page add: --after")
	w.bridge.ask("orders", "--all").want(t, 2, "--all needs --csv")
	broken := with(lines, today+",2.02701E+19,支付,1.00,交易成功,X9")
	reconcile(broken).want(t, 2, "line 9, column 2 (商户订单号)", "rounded by Excel")
	w.bridge.ask("reconcile", "missing.csv").want(t, 2, "missing.csv: ", "no such file")
}
