package caddymodule

import (
	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/crash"
	"github.com/paybridge/paybridge/caddymodule/internal/visible"
)

// maxNamed bounds how many merchants a warning names.
const maxNamed = 20

// warnOfLedger warns of what is in the ledger and does not go with the configuration. What
// cannot be read is not told: the ledger tells why, and a self-check looks again.
func (a *App) warnOfLedger(e *engine) {
	crash.Guard(a.log, "looking for what the configuration has left behind", func() {
		a.warnOfRoutes(e)
		a.warnOfOrders(e)
		a.warnOfNotifications(e)
	})
}

// warnOfRoutes warns where there is no old gateway and routes on record lead to it: new
// orders of merchants that nobody has moved go to v2.
func (a *App) warnOfRoutes(e *engine) {
	if a.OldGateway != nil {
		return
	}
	routes, err := e.ledger.Routes(a.ctx)
	if err != nil {
		return
	}
	if left := routes.LeftOld(a.settings.Merchants.Has); len(left) > 0 {
		a.log.Warn("routes lead to an old gateway, and none is configured: new orders of these merchants go to v2",
			zap.Int("routes", len(left)), zap.Strings("merid", left[:min(len(left), maxNamed)]))
	}
}

// warnOfOrders warns where a gateway merchant was taken out of the configuration, or a
// merchant given another one, before its orders were done with.
func (a *App) warnOfOrders(e *engine) {
	left, err := e.ledger.OrdersWithoutKeys(a.ctx, a.settings.Merchants.HasGatewayMerchant)
	if err != nil || len(left) == 0 {
		return
	}
	orders, numbers := 0, make([]string, 0, len(left))
	for _, g := range left {
		orders += g.Count
		numbers = append(numbers, visible.Line(g.GatewayMerchant)) // rows of the ledger can be damaged
	}
	a.log.Warn("orders wait for keys that are not configured: the gateway cannot be asked about them, and its notices of them are refused",
		zap.Int("orders", orders), zap.Strings("gateway_merchant", numbers[:min(len(numbers), maxNamed)]))
}

// warnOfNotifications warns where a merchant was taken out of the configuration before it
// was told what became of its orders.
func (a *App) warnOfNotifications(e *engine) {
	left, err := e.ledger.NotificationsWithoutMerchant(a.ctx, a.settings.Merchants.Has)
	if err != nil || len(left) == 0 {
		return
	}
	notifications, numbers := 0, make([]string, 0, len(left))
	for _, m := range left {
		notifications += m.Count
		numbers = append(numbers, visible.Line(m.MerID))
	}
	a.log.Warn("notifications wait for merchants that are not configured: these merchants are not told that their payers have paid",
		zap.Int("notifications", notifications), zap.Strings("merid", numbers[:min(len(numbers), maxNamed)]))
}
