package ledger

import "context"

// MerchantCount is how many there are of something of a merchant.
type MerchantCount struct {
	MerID string
	Count int
}

const countExhausted = `SELECT n.mer_id, count(*) FROM notifications n
	WHERE n.state <> 'waiting' AND n.state = 'exhausted' AND NOT EXISTS (
		SELECT 1 FROM dealt d WHERE d.kind = 'notification' AND d.order_id = n.order_id AND d.mer_id = n.mer_id)
	GROUP BY n.mer_id ORDER BY count(*) DESC, n.mer_id`

// ExhaustedByMerchant counts whose notifications are exhausted and not dealt with, most
// first. However many there are, it counts them all: a merchant whose old ones stand behind
// the many of another is not forgotten.
func (l *Ledger) ExhaustedByMerchant(ctx context.Context) ([]MerchantCount, error) {
	list, err := read(ctx, l, func(t *tx) ([]MerchantCount, error) {
		return all(t, func(from row) (MerchantCount, error) {
			var c MerchantCount
			err := from.Scan(&c.MerID, &c.Count)
			return c, err
		}, countExhausted)
	})
	return list, wrap(err, "counting exhausted notifications")
}
