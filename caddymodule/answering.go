package caddymodule

import (
	"github.com/paybridge/paybridge/caddymodule/internal/answers"
	"github.com/paybridge/paybridge/caddymodule/internal/guard"
	"github.com/paybridge/paybridge/caddymodule/internal/metrics"
	"github.com/paybridge/paybridge/caddymodule/internal/oldgateway"
	"github.com/paybridge/paybridge/caddymodule/internal/route"
)

// counts reports whether the answer to a request is counted: that to a new payment which
// is its merchant's own.
func (a *App) counts(p passage) bool {
	return a.isBeside() && p.asked.Counts(p.route, p.cause)
}

// oldAnswered counts what the old gateway has answered, or that it has not. What cannot
// be read counts as neither: the guard is told only that there was an answer.
func (a *App) oldAnswered(p passage, result metrics.PassedResult, reply *oldgateway.Reply) {
	refused, known := true, true
	if result == metrics.PassedAnswered {
		body, whole := reply.Plain()
		refused, known = guard.Refuses(reply.Status, body, whole)
	}
	if known {
		a.answered(p, route.Old, refused)
	} else if e, m := a.engine.Load(), p.asked.Merchant; e != nil && a.isGuarded(m) {
		e.guard.OldUnread(m.MerID)
	}
}

// v2Answered counts what v2 answers to a request; nil when that does not count.
func (a *App) v2Answered(p passage) func(refused bool) {
	if !a.counts(p) {
		return nil
	}
	return func(refused bool) { a.answered(p, route.V2, refused) }
}

// answered counts a payment, for people and, where it guards the merchant, for the guard.
func (a *App) answered(p passage, side route.Side, refused bool) {
	e, m := a.engine.Load(), p.asked.Merchant
	if e == nil {
		return
	}
	e.answers.Answered(answers.Payment{MerID: m.MerID, OrderID: p.asked.OrderID, Side: side, Refused: refused})
	if !a.isGuarded(m) {
		return
	}
	count := e.guard.OldAnswered
	if side == route.V2 {
		count = e.guard.V2Answered
	}
	count(guard.Payment{MerID: m.MerID, OrderID: p.asked.OrderID, Route: p.seen.mark, Since: p.seen.since, Refused: refused})
}
