package ledger

import (
	"context"
	"slices"
)

// GatewayOrders is how many orders of a gateway merchant have a next step.
type GatewayOrders struct {
	GatewayMerchant string
	MerID           string // of one of them
	Count           int
}

// Orders with a next step have an index of their own, however many are done with.
const ordersByGatewayMerchant = `SELECT gateway_merchant, min(mer_id), count(*) FROM orders
	WHERE next > 0 GROUP BY gateway_merchant ORDER BY gateway_merchant`

// OrdersWithoutKeys counts the orders that have a next step and were made for a gateway
// merchant that is not configured, by that number. The gateway cannot be asked about them,
// and its notices of them cannot be opened.
func (l *Ledger) OrdersWithoutKeys(ctx context.Context, configured func(gatewayMerchant string) bool) ([]GatewayOrders, error) {
	list, err := read(ctx, l, func(t *tx) ([]GatewayOrders, error) { return all(t, scanGatewayOrders, ordersByGatewayMerchant) })
	without := slices.DeleteFunc(list, func(g GatewayOrders) bool { return configured(g.GatewayMerchant) })
	return without, wrap(err, "counting orders by gateway merchant")
}

func scanGatewayOrders(from row) (GatewayOrders, error) {
	var g GatewayOrders
	err := from.Scan(&g.GatewayMerchant, &g.MerID, &g.Count)
	return g, err
}
