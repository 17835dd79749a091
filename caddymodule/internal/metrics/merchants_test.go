package metrics

import (
	"fmt"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/delivery"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// Each merchant has its own numbers, with none for what was only tried and for calls
// that say nothing of its program.
func TestMerchantsFareByThemselves(t *testing.T) {
	t.Parallel()
	m := New(time.Now, zap.NewNop)
	for range 3 {
		m.OrderBegun(ledger.Key{MerID: "1", OrderID: "A"})
	}
	m.OrderPaid(ledger.Key{MerID: "1", OrderID: "A"})
	m.OrderBegun(ledger.Key{MerID: "1", OrderID: translate.TryPrefix + "1"})
	for _, class := range delivery.Classes() {
		m.AttemptFinished("2", class, 0, 0)
	}
	failing := float64(len(delivery.Classes()) - len(acknowledged) - len(notTheirs))
	got := gathered(t, m)
	for name, want := range map[string]float64{
		`paybridge_merchant_orders_total{merid="1",result="begun"}`:                           3,
		`paybridge_merchant_orders_total{merid="1",result="paid"}`:                            1,
		`paybridge_merchant_orders_total{merid="other",result="paid"}`:                        0,
		`paybridge_merchant_notification_attempts_total{merid="2",result="acknowledged"}`:     2,
		`paybridge_merchant_notification_attempts_total{merid="2",result="failed"}`:           failing,
		`paybridge_merchant_notification_attempts_total{merid="other",result="acknowledged"}`: 0,
	} {
		if value, there := got[name]; !there || value != want {
			t.Errorf("%s is %v (there: %v), want %v", name, value, there, want)
		}
	}
	if _, there := got[`paybridge_merchant_orders_total{merid="2",result="begun"}`]; there {
		t.Error("a merchant without orders has a series of orders")
	}
}

// However many merchants there are, the series stay within their budget, and those
// that have some keep them.
func TestMerchantsStayWithinTheirBudget(t *testing.T) {
	t.Parallel()
	m := New(time.Now, zap.NewNop)
	const more = 20
	for range 2 {
		for i := range merchantBudget + more {
			m.OrderBegun(ledger.Key{MerID: fmt.Sprint(i)})
		}
	}
	got := gathered(t, m)
	series := 0
	for name := range got {
		if _, err := fmt.Sscanf(name, "paybridge_merchant_orders_total{merid=%q", new(string)); err == nil {
			series++
		}
	}
	if want := 2 * (merchantBudget + 1); series != want {
		t.Errorf("%d series, want %d", series, want)
	}
	for name, want := range map[string]float64{"0": 2, "other": 2 * more} {
		if value := got[`paybridge_merchant_orders_total{merid="`+name+`",result="begun"}`]; value != want {
			t.Errorf("%s has %v, want %v", name, value, want)
		}
	}
}
