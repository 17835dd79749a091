package ledger

import (
	"context"
	"slices"
)

// MerchantNotifications is how many notifications of a merchant wait.
type MerchantNotifications struct {
	MerID string
	Count int
}

// What waits has an index of its own, however much is done with.
const waitingByMerchant = `SELECT mer_id, count(*) FROM notifications WHERE state = 'waiting' GROUP BY mer_id ORDER BY mer_id`

// NotificationsWithoutMerchant counts the notifications that wait for a merchant that is
// not configured. Nobody can be called about them, and they are never overdue: they are
// in some sender's hands again and again.
func (l *Ledger) NotificationsWithoutMerchant(ctx context.Context, configured func(merID string) bool) ([]MerchantNotifications, error) {
	list, err := read(ctx, l, func(t *tx) ([]MerchantNotifications, error) {
		return all(t, scanMerchantNotifications, waitingByMerchant)
	})
	without := slices.DeleteFunc(list, func(m MerchantNotifications) bool { return configured(m.MerID) })
	return without, wrap(err, "counting notifications by merchant")
}

func scanMerchantNotifications(from row) (MerchantNotifications, error) {
	var m MerchantNotifications
	err := from.Scan(&m.MerID, &m.Count)
	return m, err
}
