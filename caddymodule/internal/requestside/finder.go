package requestside

import (
	"context"
	"errors"
	"net/http"

	"github.com/paybridge/paybridge/caddymodule/internal/bodies"
	"github.com/paybridge/paybridge/caddymodule/internal/bridge"
	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	"github.com/paybridge/paybridge/caddymodule/internal/route"
	"github.com/paybridge/paybridge/caddymodule/internal/routecache"
	"github.com/paybridge/paybridge/caddymodule/internal/sides"
	"github.com/paybridge/paybridge/caddymodule/internal/wechat"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// Finder finds the sides of requests.
type Finder struct {
	Merchants *merchants.Registry
	Ledger    *ledger.Ledger
	Bridge    *bridge.Bridge
	Sides     *sides.Sides
	Routes    *routecache.Cache
	Default   route.Route // of new orders, of merchants that have no route of their own

	// OldKnows asks the old gateway whether it has the order of a verified request; nil
	// where nobody can be asked.
	OldKnows func(context.Context, Request) bool
}

// Of reads a request and says where it is served. Where that is the old gateway and
// it is a payment, the order is on record as the old gateway's when it returns. That holds
// for every order that the old gateway may read in the request.
func (f Finder) Of(ctx context.Context, r *http.Request, body *bodies.Body, to inbound.Route) (Request, sides.Decision) {
	m := &inbound.Message{Body: body}
	m.Read(r, f.Merchants)
	if errors.Is(m.FormErr, bodies.ErrTurnedAway) || ctx.Err() != nil {
		return Request{}, sides.Decision{Cause: sides.LedgerAway}
	}
	q := read(m, f.Merchants) // of what is no form, nothing can be read
	others, err := f.otherReadings(r, m, to)
	if errors.Is(err, bodies.ErrTurnedAway) {
		return q, sides.Decision{Cause: sides.LedgerAway}
	}
	q.Several = err != nil || len(others) > 0
	d := finds[to.Name](f, ctx, q)
	switch {
	case d.Side != route.Old:
		return q, d
	case err != nil:
		return q, sides.Decision{Cause: sides.Ambiguous}
	}
	return f.withOthers(ctx, to, reading{q, d}, others)
}

// finds say where the requests to a route are served, by its name.
var finds = map[string]func(Finder, context.Context, Request) sides.Decision{
	"pay":         Finder.payment,
	"gateway":     Finder.pagePayment,
	"query":       Finder.reference,
	"cancel":      Finder.reference,
	"gopay":       Finder.link,
	"openid":      Finder.openID,
	"paying":      Finder.page,
	"result":      Finder.page,
	"status":      Finder.page,
	"unsupported": Finder.unserved,
}

func (f Finder) payment(ctx context.Context, q Request) sides.Decision {
	order := route.Order{MerID: q.MerID, OrderID: q.OrderID, Action: q.Action, HasOpenID: q.OpenID != ""}
	if q.Merchant == nil {
		return f.Sides.OfStrangersPayment(ctx, order)
	}
	to, err := f.Routes.Of(ctx, order.MerID, f.Default)
	if err != nil {
		return sides.Decision{Cause: sides.LedgerAway}
	}
	return f.Sides.OfPayment(ctx, sides.Payment{Order: order, Verified: q.Verified}, to)
}

// pagePayment is of orders that a payer's browser submits, with an action that
// need not be named.
//
// A program repeats an order within minutes; a payer opens a link again whenever it is
// found, also when the order is older than anything that is on record here. So before an
// order is begun on v2, the old gateway is asked whether it has it.
func (f Finder) pagePayment(ctx context.Context, q Request) sides.Decision {
	if q.Action == "" {
		q.Action = v1.WxJsApi
	}
	d := f.payment(ctx, q)
	begins := d == sides.Decision{Side: route.V2, Cause: sides.ByRoute}
	switch {
	case !begins || !q.Verified || f.OldKnows == nil:
		return d
	case f.OldKnows(ctx, q):
		return f.Sides.OfOldOrder(ctx, route.Order{MerID: q.MerID, OrderID: q.OrderID})
	}
	return f.payment(ctx, q) // asking takes a while, in which the merchant may have been turned back
}

// unserved is of the interfaces that only the old gateway has: a cashier's page begins
// payments, and what the others do nobody knows here.
func (f Finder) unserved(ctx context.Context, q Request) sides.Decision {
	order := route.Order{MerID: q.MerID, OrderID: q.OrderID}
	switch {
	case !q.Signed || q.OrderID == "":
		return sides.ToOld(sides.NotServed)
	case q.Merchant == nil:
		return f.Sides.OfStrangersPayment(ctx, order)
	case !q.Verified:
		return sides.ToOld(sides.NotServed)
	}
	return f.Sides.OfOldInterface(ctx, order, f.Routes.Last(order.MerID, f.Default))
}

// reference is of queries and cancels.
func (f Finder) reference(ctx context.Context, q Request) sides.Decision {
	ref := sides.Reference{MerID: q.MerID}
	if q.QueryID == "" {
		ref.OrderID = q.OrderID
	}
	return f.named(ctx, q, ref, func(ctx context.Context) (bool, error) {
		return f.Bridge.HasOrder(ctx, v1.OrderRef{MerID: q.MerID, QueryID: q.QueryID, OrderID: q.OrderID})
	})
}

// named is of what names an order that is on record, or none.
func (f Finder) named(ctx context.Context, q Request, ref sides.Reference, onV2 func(context.Context) (bool, error)) sides.Decision {
	if q.Merchant == nil {
		return f.Sides.OfStranger(ctx, ref, onV2)
	}
	return f.Sides.OfReference(ctx, ref, f.Routes.Last(ref.MerID, f.Default), onV2)
}

// link is of the link where an order is paid. Its PayId or its number may be on
// record.
func (f Finder) link(ctx context.Context, q Request) sides.Decision {
	ref := sides.Reference{MerID: q.MerID, OrderID: q.OrderID}
	return f.named(ctx, q, ref, func(ctx context.Context) (bool, error) {
		side, err := f.Ledger.Side(ctx, ledger.Key{MerID: q.MerID, OrderID: q.OrderID})
		if err != nil || side != "" {
			return side == route.V2, err
		}
		return f.hasPayID(ctx, bridge.Ticket{PayID: q.Code, MerID: q.MerID})
	})
}

// page is of the pages that only v2 orders have.
func (f Finder) page(ctx context.Context, q Request) sides.Decision {
	return f.Sides.OfReference(ctx, sides.Reference{}, route.Route{}, func(ctx context.Context) (bool, error) {
		return f.hasPayID(ctx, bridge.Ticket{PayID: q.Message.Params["id"]})
	})
}

func (f Finder) hasPayID(ctx context.Context, t bridge.Ticket) (bool, error) {
	if t.PayID == "" {
		return false, nil
	}
	_, err := f.Bridge.PayerOrder(ctx, t)
	if errors.Is(err, ledger.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// openID is of the page that tells a merchant its payer's openid. A payer who
// comes back from WeChat belongs to whoever sent it there.
func (f Finder) openID(ctx context.Context, q Request) sides.Decision {
	state, code := q.Message.Params["state"], q.Message.Params["code"]
	switch {
	case wechat.IsState(state):
		return sides.Decision{Side: route.V2, Cause: sides.OnRecord}
	case state != "" || code != "":
		return sides.ToOld(sides.UnknownOrder)
	}
	d := sides.ToOld(sides.NotConfigured)
	for _, m := range q.AskedBy(f.Merchants) {
		to, err := f.Routes.Of(ctx, m.MerID, f.Default)
		if err != nil {
			return sides.Decision{Cause: sides.LedgerAway}
		}
		if d = (sides.Decision{Side: to.OpenIDs(), Cause: sides.ByRoute}); d.Side == route.Old {
			break
		}
	}
	return d
}
