package tests

import (
	"bufio"
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/paybridge/paybridge/tests/pgtest"
)

// BenchmarkReconcile compares a statement of a million lines with a ledger that has a
// million payments of the day, on each ledger, and prints how long that takes and how
// much memory the command has had at most. Three lines differ.
func BenchmarkReconcile(b *testing.B) {
	orders := benchOrders(b, 1_000_000)
	for name, start := range map[string]func(b *testing.B) *world{
		"sqlite": func(b *testing.B) *world { return startWorld(b, settings{}) },
		"postgres": func(b *testing.B) *world {
			w := newWorldOn(b, pgtest.Database(b), settings{})
			w.bridge.start()
			return w
		},
	} {
		b.Run(name, func(b *testing.B) {
			w := start(b)
			p := w.payment("intl", "WxCode", 1999)
			w.pay("intl", p)
			w.notified("intl", p.OrderID, 1)
			w.multiply(p.OrderID, orders)
			file := w.longStatement(orders)
			before := cpuTime(b, w.bridge.cmd.Process.Pid)
			for b.Loop() {
				cmd := w.bridge.command("paybridge", "reconcile", file, "--day", aDay(), "--address", w.bridge.admin)
				out, _ := cmd.CombinedOutput() // its status is 1
				if text := string(out); !strings.Contains(text, "missing_there (paid here, and not in the statement): 2") ||
					!strings.Contains(text, "missing_here (in the statement, and not in the ledger): 1") {
					b.Fatal(text)
				}
				b.ReportMetric((cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds(), "cpu-s/command")
				b.ReportMetric(float64(cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss)/1024, "MiB")
			}
			b.ReportMetric((cpuTime(b, w.bridge.cmd.Process.Pid)-before).Seconds()/float64(b.N), "cpu-s/bridge")
		})
	}
}

// benchOrders is how many orders a benchmark has.
func benchOrders(b *testing.B, usual int) int {
	b.Helper()
	n, err := strconv.Atoi(cmp.Or(os.Getenv("PAYBRIDGE_BENCH_ORDERS"), strconv.Itoa(usual)))
	if err != nil {
		b.Fatal(err)
	}
	return n
}

// multiply makes so many paid orders like one.
func (w *world) multiply(orderID string, n int) {
	w.t.Helper()
	w.bridge.stop()
	db := w.openLedger()
	_, err := db.ExecContext(w.t.Context(), `WITH RECURSIVE series (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM series WHERE i < $1)
			INSERT INTO orders (order_id, query_id, order_no, mer_id, flow_no, gateway_merchant, fingerprint, action, amount, back_url, front_url, open_id,
				client_ip, state, form_action, gateway_no, words, refund_no, created_at, sent_at, settled_at, paid_at, expires_at, next, tries, claim)
			SELECT 'M' || i, 'H' || i, 'N' || i, mer_id, flow_no, gateway_merchant, fingerprint, action, amount, back_url, front_url, open_id,
				client_ip, state, form_action, 'G' || i, words, refund_no, created_at + i, sent_at + i, settled_at + i, paid_at + i, expires_at, 0, tries, claim
			FROM orders, series WHERE order_id = $2`, n, orderID)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		w.t.Fatal(err)
	}
	w.bridge.start()
}

// longStatement is a statement of n lines, of which one is of no order, and which
// lacks one of them and the one that was multiplied.
func (w *world) longStatement(n int) (path string) {
	w.t.Helper()
	path = filepath.Join(w.t.TempDir(), "long.csv")
	file, err := os.Create(path)
	if err != nil {
		w.t.Fatal(err)
	}
	out := bufio.NewWriter(file)
	now := time.Now().In(beijing).Format(time.DateTime)
	fmt.Fprintln(out, "交易时间,商户订单号,平台订单号,交易类型,交易金额（元）,手续费,交易状态,备注")
	for i := range n {
		fmt.Fprintf(out, "%s,`N%d,G%d,支付,19.99,0.12,交易成功,\n", now, i, i)
	}
	if err := out.Flush(); err != nil {
		w.t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		w.t.Fatal(err)
	}
	return path
}
