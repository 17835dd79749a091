package api

import (
	"database/sql"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/paybridge/paybridge/translate"
)

// wreck makes the row of an order unreadable, as somebody with a shell does.
func (w *world) wreck(orderID string) {
	w.t.Helper()
	db, err := sql.Open("sqlite", w.path+"?_pragma=busy_timeout(60000)")
	must(err)
	defer func() { must(db.Close()) }()
	_, err = db.ExecContext(w.t.Context(), `UPDATE orders SET amount = 'secret' WHERE order_id = $1`, orderID)
	must(err)
}

func TestUnreadableRowIsNamed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bad := w.order("89900001", translate.Sent, time.Minute)
	good := w.order("89900001", translate.Sent, time.Minute)
	w.wreck(bad.OrderID)
	if _, err := w.ledger.ClaimOrders(t.Context(), present.Add(2*time.Hour), time.Minute, roomFor(10)); err != nil {
		t.Fatal(err)
	}
	for _, number := range []string{bad.OrderID, bad.QueryID, bad.OrderNo} {
		w.refused(w.get("order?merid=89900001&number="+number), http.StatusInternalServerError,
			"row of order "+bad.OrderID+" of merchant 89900001 cannot be read: amount: not of its type; see the runbook PaybridgeRowsSetAside")
	}
	c := check(t, read[SelfCheck](t, w.get("selfcheck")), "rows")
	if c.Level != LevelWarn || !strings.Contains(c.Detail, bad.OrderID) || strings.Contains(c.Detail, "secret") || c.Advice == "" {
		t.Errorf("the self-check says %+v", c)
	}
	if list := w.get("orders"); list.status != http.StatusOK ||
		!strings.Contains(string(list.body), good.OrderID) || strings.Contains(string(list.body), bad.OrderID) {
		t.Errorf("the list is %d %s", list.status, list.body)
	}
}
