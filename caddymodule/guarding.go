package caddymodule

import (
	"errors"
	"strings"

	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"

	"github.com/paybridge/paybridge/caddymodule/internal/configerror"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	"github.com/paybridge/paybridge/caddymodule/internal/requestside"
	"github.com/paybridge/paybridge/caddymodule/internal/rollback"
)

// rollbackDirectives are the directives of the block rollback.
var rollbackDirectives = map[string]subdirective[*rollback.Config]{
	"min_payments": {read: func(c *rollback.Config, d *caddyfile.Dispenser) error { return numberArg(d, &c.MinPayments) }},
	"window":       {read: func(c *rollback.Config, d *caddyfile.Dispenser) error { return durationArg(d, &c.Window) }},
	"max_worse":    {read: func(c *rollback.Config, d *caddyfile.Dispenser) error { return numberArg(d, &c.MaxWorse) }},
}

// readRollback reads rollback, of the app or of a merchant: off, or its block, which may
// be left out.
func readRollback(d *caddyfile.Dispenser, source configerror.Source) (*rollback.Config, error) {
	c := new(rollback.Config)
	switch args := rest(d); {
	case len(args) == 0:
		return c, readBlock(d, block[*rollback.Config]{name: "rollback", directives: rollbackDirectives, source: source, within: "rollback."}, c)
	case args[0] != "off" || len(args) > 1:
		return c, d.Errf("rollback: unexpected %q; write off, or what belongs to it into the block { … }", strings.Join(args, " "))
	}
	c.Off = d.NextArg()
	return c, nil
}

func (a *App) readRollback(d *caddyfile.Dispenser) (err error) {
	a.Rollback, err = readRollback(d, a.Source)
	return err
}

func readMerchantRollback(c *merchants.Config, d *caddyfile.Dispenser) (err error) {
	c.Rollback, err = readRollback(d, c.Source)
	return err
}

func (a *App) checkRollback() error {
	if a.Rollback != nil && !a.Rollback.Off && a.lacksOldGateway() {
		return errors.New("rollback: without old_gateway there is nowhere to turn back to; add old_gateway, or take rollback out")
	}
	return nil
}

// isGuarded reports whether a merchant may be turned back.
func (a *App) isGuarded(m *merchants.Merchant) bool {
	if m == nil {
		return false
	}
	_, ok := a.rollbacks.Of(m.MerID)
	return ok
}

// seenRoute is the route by which a request is served.
type seenRoute struct {
	mark  ledger.RouteMark
	since int64
}

// seenRoute tells by which route a request is served, where that counts.
func (a *App) seenRoute(q requestside.Request) seenRoute {
	e := a.engine.Load()
	if e == nil || !a.isGuarded(q.Merchant) {
		return seenRoute{}
	}
	return seenRoute{e.routes.Mark(q.Merchant.MerID), e.routes.Since(q.Merchant.MerID)}
}
