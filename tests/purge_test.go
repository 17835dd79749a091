package tests

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/paybridge/paybridge/tests/sandbox"
	"github.com/paybridge/paybridge/tests/sandbox/merchant"
)

// TestPurge kills a bridge in the middle of a purge, while merchants pay, and purges the
// rest: every order is in one of the two files before it is forgotten. To its merchant
// and to the gateway a purged order is what it was: it is not sent a second time, queries
// and cancels are answered, and a notice of it moves nothing.
func TestPurge(t *testing.T) {
	t.Parallel()
	for name, ledger := range ledgers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := ledger(t, settings{Extra: hasty})
			w.killed = true
			w.bridge.start()
			old := w.paidOrders(160) // more than three transactions purge
			w.bridge.kill()
			w.age(400 * 24 * time.Hour)
			w.bridge.start()
			l := w.startLoad(2, false, w.bridge)
			first, second := filepath.Join(w.dir, "first.jsonl"), filepath.Join(w.dir, "second.jsonl")
			begun := w.bridge.command("paybridge", "purge", "--address", w.bridge.admin, "--older-than", "300d", "--export", first, "--why", "retention", "--yes")
			var said bytes.Buffer
			begun.Stdout, begun.Stderr = &said, &said
			if err := begun.Start(); err != nil {
				t.Fatal(err)
			}
			exporting := eventually(func() bool { return len(exported(t, first)) > 0 })
			w.bridge.kill()
			_ = begun.Wait() // says that the bridge has gone
			if !exporting {
				t.Fatalf("nothing is exported: %s", &said)
			}
			w.bridge.start()
			w.bridge.ask("purge", "--older-than", "300d", "--why", "retention", "--yes").want(t, 1, "--export: missing")
			w.bridge.ask("purge", "--older-than", "300d", "--export", second, "--why", "retention", "--yes").want(t, 0)
			l.end()
			files := exported(t, first)
			for id := range exported(t, second) {
				files[id] = true
			}
			for _, p := range old {
				if !files[p.OrderID] {
					t.Errorf("order %s was forgotten and is in no file", p.OrderID)
				}
			}
			for id := range old {
				w.bridge.ask("order", id).want(t, 0, "; purged at ", "only numbers, amount, state and times are kept.")
				w.bridge.ask("order", id, "--lang", "zh").want(t, 0, "清除，只保留号码、金额、状态和时间。")
				break // one shows it
			}
			for id := range files {
				if _, paid := old[id]; !paid {
					t.Errorf("order %s of today was exported", id)
				}
			}
			w.stillTrue(old)
			w.rest()
			l.allNotified(t)
		})
	}
}

// paidOrders has so many orders paid, and waits until their merchants know.
func (w *world) paidOrders(n int) map[string]merchant.Payment {
	w.t.Helper()
	orders := make(map[string]merchant.Payment, n)
	for range n {
		p := w.payment("intl", "AliCode", 1000)
		w.pay("intl", p)
		orders[p.OrderID] = p
	}
	if !eventually(func() bool {
		for _, row := range w.rows() {
			if row.notified != "delivered" {
				return false
			}
		}
		return true
	}) {
		w.t.Fatal("not every merchant knows")
	}
	return orders
}

// age makes all orders older.
func (w *world) age(by time.Duration) {
	w.t.Helper()
	db := w.openLedger()
	defer db.Close()
	if _, err := db.ExecContext(w.ctx(), `UPDATE orders SET created_at = created_at - $1, sent_at = sent_at - $1, settled_at = settled_at - $1,
		expires_at = expires_at - $1`, by.Milliseconds()); err != nil {
		w.t.Fatal(err)
	}
}

// exported are the orders in whole lines of an export, by the merchants' numbers.
func exported(t *testing.T, path string) map[string]bool {
	t.Helper()
	orders := map[string]bool{}
	text, err := os.ReadFile(path)
	if err != nil {
		return orders // not begun
	}
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, len(text)+1)
	for lines.Scan() {
		var line struct {
			Orders json.RawMessage `json:"orders"` // the number of lines, in the last one
		}
		var rows []struct {
			OrderID string `json:"order_id"`
		}
		if json.Unmarshal(lines.Bytes(), &line) != nil || json.Unmarshal(line.Orders, &rows) != nil {
			continue
		}
		for _, row := range rows {
			orders[row.OrderID] = true
		}
	}
	return orders
}

// stillTrue treats purged orders as their merchants and the gateway may.
func (w *world) stillTrue(old map[string]merchant.Payment) {
	w.t.Helper()
	cancelled := false
	for id, p := range old {
		if again := w.pay("intl", p); again.RespCode != "00" {
			w.t.Errorf("a repeat of %s hears %s", id, again.Inner)
		}
		asked := w.query("intl", id)
		if asked.ResultCode != "0000" || asked.Amount != p.Amount {
			w.t.Errorf("a query of %s hears %s", id, asked.Inner)
		}
		if _, err := w.gateway.SendNotice(w.ctx(), sandbox.Notice{MerchantID: w.shops["intl"].Gateway, OrderID: asked.OrderNo()}); err != nil {
			w.t.Errorf("a notice of %s: %v", id, err)
		}
		if !cancelled {
			cancelled = w.cancel("intl", id).RespCode == "00"
		}
	}
	if !cancelled {
		w.t.Error("no order can be given back")
	}
	for id := range old {
		if calls := w.receivers["intl"].Notifications(id); len(calls) != 1 {
			w.t.Errorf("the merchant of %s was called %d times", id, len(calls))
		}
	}
}
