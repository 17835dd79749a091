package caddymodule

import (
	"errors"
	"strings"

	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"

	"github.com/paybridge/paybridge/caddymodule/internal/configerror"
	"github.com/paybridge/paybridge/caddymodule/internal/guard"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	"github.com/paybridge/paybridge/caddymodule/internal/metrics"
	"github.com/paybridge/paybridge/caddymodule/internal/oldgateway"
	"github.com/paybridge/paybridge/caddymodule/internal/rollback"
	"github.com/paybridge/paybridge/caddymodule/internal/sides"
	v1 "github.com/paybridge/paybridge/translate/v1"
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
	if a.Rollback != nil && !a.Rollback.Off && a.OldGateway == nil {
		return errors.New("rollback: without old_gateway there is nowhere to turn back to; add old_gateway, or take rollback out")
	}
	return nil
}

// guards reports whether the answer to a request counts: that to a new payment which
// is its merchant's own.
func (a *App) guards(p passage) bool {
	return p.route.Name == "pay" && p.cause == sides.ByRoute && p.asked.verified && a.isGuarded(p.asked.merchant)
}

// isGuarded reports whether a merchant may be turned back.
func (a *App) isGuarded(m *merchants.Merchant) bool {
	if m == nil {
		return false
	}
	_, ok := a.rollbacks.Of(m.MerID)
	return ok
}

// routeMark tells by which route a request is served, where that counts.
func (a *App) routeMark(q asked) ledger.RouteMark {
	e := a.engine.Load()
	if e == nil || !a.isGuarded(q.merchant) {
		return ledger.RouteMark{}
	}
	return e.routes.Mark(q.merchant.MerID)
}

// guardOld counts what the old gateway has answered, or that it has not.
func (a *App) guardOld(p passage, result metrics.PassedResult, reply *oldgateway.Reply) {
	refused, known := true, true
	if result == metrics.PassedAnswered {
		refused, known = guard.Refuses(reply.Status, reply.Header, reply.Body, reply.Cut)
	}
	if known {
		a.count((*guard.Guard).OldAnswered, p, refused)
	}
}

// guardsV2 counts what v2 answers to a request; nil when that does not count.
func (a *App) guardsV2(p passage) func(v1.Code) {
	if !a.guards(p) {
		return nil
	}
	return func(code v1.Code) { a.count((*guard.Guard).V2Answered, p, code != v1.CodeOK) }
}

// count has the guard count a payment.
func (a *App) count(answered func(*guard.Guard, guard.Payment), p passage, refused bool) {
	if e := a.engine.Load(); e != nil {
		answered(e.guard, guard.Payment{
			MerID: p.asked.merchant.MerID, OrderID: p.asked.OrderID, Route: p.mark, Refused: refused,
		})
	}
}
