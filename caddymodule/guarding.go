package caddymodule

import (
	"errors"

	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"

	"github.com/paybridge/paybridge/caddymodule/internal/guard"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/metrics"
	"github.com/paybridge/paybridge/caddymodule/internal/oldgateway"
	"github.com/paybridge/paybridge/caddymodule/internal/sides"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// readRollback reads the block of rollback, which may be left out.
func (a *App) readRollback(d *caddyfile.Dispenser) error {
	a.Rollback = new(guard.Config)
	return readBlock(d, a.inner("rollback", map[string]subdirective[*App]{
		"min_payments": {read: func(a *App, d *caddyfile.Dispenser) error { return numberArg(d, &a.Rollback.MinPayments) }},
		"window":       {read: func(a *App, d *caddyfile.Dispenser) error { return durationArg(d, &a.Rollback.Window) }},
		"max_worse":    {read: func(a *App, d *caddyfile.Dispenser) error { return numberArg(d, &a.Rollback.MaxWorse) }},
	}), a)
}

func (a *App) checkRollback() error {
	if a.Rollback != nil && a.OldGateway == nil {
		return errors.New("rollback: without old_gateway there is nowhere to turn back to; add old_gateway, or take rollback out")
	}
	return nil
}

// guards reports whether the answer to a request counts: that to a new payment which
// is its merchant's own.
func (a *App) guards(p passage) bool {
	return a.Rollback != nil && a.isBeside() && p.route.Name == "pay" && p.cause == sides.ByRoute && p.asked.verified
}

// routeMark tells by which route a request is served, where that counts.
func (a *App) routeMark(q asked) ledger.RouteMark {
	e := a.engine.Load()
	if e == nil || a.Rollback == nil || q.merchant == nil {
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
func (a *App) count(answered func(*guard.Guard, guard.Rule, guard.Payment), p passage, refused bool) {
	e := a.engine.Load()
	rule, ok := a.Rollback.Rule()
	if e == nil || !ok {
		return
	}
	answered(e.guard, rule, guard.Payment{
		MerID: p.asked.merchant.MerID, OrderID: p.asked.OrderID, Route: p.mark, Refused: refused,
	})
}
