package ledger_test

import (
	"slices"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// Orders that have a next step count, whatever their state; those that are done with do not.
func ordersWithoutKeys(t *testing.T, p place) {
	l := p.open(t)
	gone := func(i int) ledger.Order {
		o := sample(i)
		o.GatewayMerchant = "473053110009"
		return mustBegin(t, l, o)
	}
	mustBegin(t, l, sample(1))
	first, second, third := gone(2), gone(3), gone(4)
	mustRecord(t, l, first.Key, ledger.Update{State: translate.Paid}, translate.Applied)
	mustRecord(t, l, second.Key, ledger.Update{State: translate.Paid}, translate.Applied)
	mustRecord(t, l, second.Key, ledger.Update{State: translate.Refunding, RefundNo: "R2", Next: after(time.Second)}, translate.Applied)
	mustRecord(t, l, second.Key, ledger.Update{State: translate.RefundFailed, Next: after(time.Minute)}, translate.Applied)

	for _, tc := range []struct {
		configured []string
		want       []ledger.GatewayOrders
	}{
		{[]string{"473053110001", "473053110009"}, nil},
		{[]string{"473053110001"}, []ledger.GatewayOrders{{GatewayMerchant: "473053110009", MerID: third.MerID, Count: 2}}},
		{nil, []ledger.GatewayOrders{
			{GatewayMerchant: "473053110001", MerID: third.MerID, Count: 1},
			{GatewayMerchant: "473053110009", MerID: third.MerID, Count: 2},
		}},
	} {
		left, err := l.OrdersWithoutKeys(t.Context(), func(id string) bool { return slices.Contains(tc.configured, id) })
		if err != nil || !slices.Equal(left, tc.want) {
			t.Errorf("with %v: %+v, %v, want %+v", tc.configured, left, err, tc.want)
		}
	}
}
