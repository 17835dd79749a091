package ledger_test

import (
	"slices"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// Notifications that wait count, in somebody's hands or not; those that are done with do not.
func notificationsWithoutMerchant(t *testing.T, p place) {
	l := p.open(t)
	for i, merID := range []string{"89900001", "89900002", "89900002", "89900003"} {
		o := sample(i)
		o.MerID = merID
		pay(t, l, o, noon)
	}
	claimed := mustClaim(t, l, noon, 4)
	for _, c := range claimed {
		if c.MerID == "89900003" {
			mustFinish(t, l, c.Notification, ledger.Delivered, time.Time{})
		}
	}
	for _, tc := range []struct {
		configured []string
		want       []ledger.MerchantNotifications
	}{
		{[]string{"89900001", "89900002"}, nil},
		{[]string{"89900001"}, []ledger.MerchantNotifications{{MerID: "89900002", Count: 2}}},
		{nil, []ledger.MerchantNotifications{{MerID: "89900001", Count: 1}, {MerID: "89900002", Count: 2}}},
	} {
		left, err := l.NotificationsWithoutMerchant(t.Context(), func(id string) bool { return slices.Contains(tc.configured, id) })
		if err != nil || !slices.Equal(left, tc.want) {
			t.Errorf("with %v: %+v, %v, want %+v", tc.configured, left, err, tc.want)
		}
	}
}
