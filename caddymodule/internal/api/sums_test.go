package api

import (
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// TestSumsAtMidnight: the sums of a day have all its payments a minute after its end,
// whenever they were asked for before.
func TestSumsAtMidnight(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	day := time.Date(2026, 11, 21, 0, 0, 0, 0, translate.Beijing)
	midnight := day.AddDate(0, 0, 1)
	pay := func(orderID string, at time.Time) {
		t.Helper()
		o := ledger.Order{
			Key: ledger.Key{MerID: "89900001", OrderID: orderID}, QueryID: "H" + orderID, OrderNo: "N" + orderID,
			GatewayMerchant: "473053110001", Action: "WxCode", Amount: 100, CreatedAt: at, ExpiresAt: at.Add(time.Hour), Next: at.Add(time.Hour),
		}
		if _, _, err := w.ledger.Begin(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		if _, _, err := w.ledger.Record(t.Context(), o.Key, ledger.Update{State: translate.Paid, At: at}); err != nil {
			t.Fatal(err)
		}
	}
	var sums recentSums
	ask := func(now time.Time, want int) {
		t.Helper()
		v := &visit{ctx: t.Context(), now: now}
		v.Ledger = w.ledger
		list, err := sums.of(v, day)
		if err != nil || len(list) != 1 || list[0].Payments.Count != want {
			t.Errorf("at %s: %+v, %v, want %d payments", now.Format(time.TimeOnly), list, err, want)
		}
	}
	pay("1", midnight.Add(-time.Hour))
	ask(midnight.Add(-55*time.Second), 1)
	pay("2", midnight.Add(-30*time.Second))
	ask(midnight.Add(5*time.Second), 2)
	pay("3", midnight.Add(-time.Millisecond)) // whose commit took its time
	ask(midnight.Add(66*time.Second), 3)
	ask(midnight.Add(13*time.Minute), 3)
}
