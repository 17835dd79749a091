package tests

import (
	"testing"

	"github.com/paybridge/paybridge/tests/pgtest"
	"github.com/paybridge/paybridge/tests/sandbox/merchant"
)

// lockOrders keeps the bridge from the table of orders until release is called.
func (w *world) lockOrders() (release func()) {
	w.t.Helper()
	return pgtest.LockTable(w.t, w.settings.dsn, "orders")
}

// TestPaymentsMeetALockedLedger: load balancers hear what payments meet. Nothing of an order
// that heard 96 has left, so that it is charged when it is sent again, also where it was
// written down after that answer.
func TestPaymentsMeetALockedLedger(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		world func(testing.TB, settings) *world
		lock  func(*world) (release func())
	}{
		"SQLite, the file":      {newWorld, (*world).holdLedger},
		"PostgreSQL, one table": {onPostgres, (*world).lockOrders},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := c.world(t, settings{Extra: hasty})
			w.bridge.start()
			payments := map[string]merchant.Payment{"intl": w.payment("intl", "WxCode", 1500), "gm": w.payment("gm", "WxSao", 1600)}
			release := c.lock(w)
			w.bridge.wantHealth(503, `"ledger":"failing"`)
			for suite, p := range payments {
				if reply := w.pay(suite, p); reply.RespCode != "96" {
					t.Errorf("%s of a locked ledger: %s", p.Action, reply.Inner)
				}
			}
			release()
			w.bridge.wantHealth(200, `"status":"ready"`)
			for suite, p := range payments {
				if !eventually(func() bool { return w.pay(suite, p).RespCode == "00" }) {
					t.Errorf("%s of a ledger that is free again: %s", p.Action, w.pay(suite, p).Inner)
				}
			}
			scanned := payments["intl"].OrderID
			w.notified("intl", scanned, 1)
			if reply := w.query("intl", scanned); reply.ResultCode != "0000" {
				t.Errorf("the scanned code's order: %s", reply.Inner)
			}
			w.rest()
		})
	}
}
