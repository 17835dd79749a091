package ledger

import (
	"context"
	"net/url"
	"strings"

	"github.com/paybridge/paybridge/caddymodule/internal/origin"
)

// HasBackURLHost reports whether a paid order of the merchant was ever to be
// notified at host, which has its port where the address had one. The port that the
// address's scheme means anyway is left out; ledgers of earlier builds may have it.
// Case does not count.
func (l *Ledger) HasBackURLHost(ctx context.Context, merID, host string) (bool, error) {
	n, err := read(ctx, l, func(t *tx) (int64, error) {
		return one(t, scanCount, backURLHost, merID, cut(strings.ToLower(host), maxHost))
	})
	return n > 0, wrap(err, "looking for a host of earlier notifications")
}

const backURLHost = `SELECT count(*) FROM back_hosts WHERE mer_id = $1 AND host = $2`

// remember notes the host that an order's merchant is to be notified at, without the port
// that the address's scheme means anyway.
func remember(t *tx, merID, backURL string) error {
	u, err := url.Parse(backURL)
	if err != nil || u.Host == "" {
		return nil
	}
	host := cut(strings.ToLower(origin.Host(u.Scheme, u.Host)), maxHost)
	_, err = t.exec(`INSERT INTO back_hosts (mer_id, host) VALUES ($1, $2) ON CONFLICT DO NOTHING`, merID, host)
	return err
}
