package ledger

import (
	"context"
	"strings"
)

// HasBackURLHost reports whether a paid order of the merchant was ever to be
// notified at host, which has its port where the address had one. Case does not
// count.
func (l *Ledger) HasBackURLHost(ctx context.Context, merID, host string) (bool, error) {
	n, err := read(ctx, l, func(t *tx) (int64, error) {
		return one(t, scanCount, backURLHost, merID, cut(strings.ToLower(host), maxHost))
	})
	return n > 0, wrap(err, "looking for a host of earlier notifications")
}

const backURLHost = `SELECT count(*) FROM back_hosts WHERE mer_id = $1 AND host = $2`

// remember notes the host that an order's merchant is to be notified at.
func remember(t *tx, merID, host string) error {
	if host == "" {
		return nil
	}
	_, err := t.exec(`INSERT INTO back_hosts (mer_id, host) VALUES ($1, $2) ON CONFLICT DO NOTHING`, merID, host)
	return err
}
