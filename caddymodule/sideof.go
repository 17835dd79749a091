package caddymodule

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/bodies"
	"github.com/paybridge/paybridge/caddymodule/internal/bridge"
	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	"github.com/paybridge/paybridge/caddymodule/internal/route"
	"github.com/paybridge/paybridge/caddymodule/internal/sides"
	"github.com/paybridge/paybridge/caddymodule/internal/wechat"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// asked is what a request says whose it is and which order it is about.
type asked struct {
	v1.Claims
	merchant *merchants.Merchant // nil when it is not configured
	verified bool                // the signature is the merchant's
	message  *inbound.Message    // nil when it was not read
}

// key is what the message was signed with, the zero key when none fits.
func (a asked) key() v1.Key {
	if a.message == nil {
		return v1.Key{}
	}
	return a.message.Signed.Key
}

// knownMerID is for logs: of a configured merchant, else "".
func (a asked) knownMerID() string {
	if a.merchant == nil {
		return ""
	}
	return a.merchant.MerID
}

// knownOrderID is for logs: of a request whose signature is good, else "".
func (a asked) knownOrderID() string {
	if !a.verified {
		return ""
	}
	return a.OrderID
}

// sideOf reads a request and says where it is served. Where that is the old gateway
// and it is a payment, the order is on record as the old gateway's when it returns.
func (a *App) sideOf(r *http.Request, body *bodies.Body, to inbound.Route) (asked, sides.Decision) {
	ctx, cancel := context.WithTimeout(body.Context(), time.Duration(a.Timeouts.Reply))
	defer cancel()
	s, ok := a.service(ctx)
	if !ok {
		return asked{}, sides.Decision{Cause: sides.LedgerAway}
	}
	m := &inbound.Message{Body: body}
	m.Read(r, s.settings.Merchants)
	if errors.Is(m.FormErr, bodies.ErrTurnedAway) || ctx.Err() != nil {
		return asked{}, sides.Decision{Cause: sides.LedgerAway}
	}
	q := s.asked(m) // of what is no form, nothing can be read
	if to := sidesOf[to.Name]; to != nil {
		return q, to(s, ctx, q)
	}
	return q, sides.ToOld(sides.NotServed)
}

// asked reads what a request names: of the signed message, or else of the plain
// parameters of a page's address.
func (s service) asked(m *inbound.Message) asked {
	q, form := asked{message: m}, m.Params.Form()
	if form == (v1.Form{}) {
		q.Claims = v1.Claims{MerID: m.Params["merid"], OrderID: m.Params["orderid"], Code: m.Params["code"]}
		q.merchant = s.settings.Merchants.ByMerID(q.MerID)
		return q
	}
	text := m.Signed.JSON
	if m.Signed.Err != nil {
		text, _ = v1.Unverified(form)
	}
	q.Claims, q.merchant, q.verified = v1.ReadClaims(text), m.Signed.Merchant, m.Signed.Err == nil
	return q
}

// sidesOf say where the requests to a route are served, by its name.
var sidesOf = map[string]func(service, context.Context, asked) sides.Decision{
	"pay":     service.sideOfPayment,
	"gateway": service.sideOfPagePayment,
	"query":   service.sideOfReference,
	"cancel":  service.sideOfReference,
	"gopay":   service.sideOfLink,
	"openid":  service.sideOfOpenID,
	"paying":  service.sideOfPage,
	"result":  service.sideOfPage,
	"status":  service.sideOfPage,
}

func (s service) sideOfPayment(ctx context.Context, q asked) sides.Decision {
	if q.merchant == nil {
		return sides.ToOld(sides.NotConfigured)
	}
	order := route.Order{MerID: q.merchant.MerID, OrderID: q.OrderID, Action: q.Action, HasOpenID: q.OpenID != ""}
	to, err := s.routeNow(ctx, order.MerID)
	if err != nil {
		return sides.Decision{Cause: sides.LedgerAway}
	}
	return s.sides.OfPayment(ctx, sides.Payment{Order: order, Verified: q.verified}, to)
}

// sideOfPagePayment is of orders that a payer's browser submits, with an action that
// need not be named.
func (s service) sideOfPagePayment(ctx context.Context, q asked) sides.Decision {
	if q.Action == "" {
		q.Action = v1.WxJsApi
	}
	return s.sideOfPayment(ctx, q)
}

// sideOfReference is of queries and cancels.
func (s service) sideOfReference(ctx context.Context, q asked) sides.Decision {
	if q.merchant == nil {
		return sides.ToOld(sides.NotConfigured)
	}
	merID := q.merchant.MerID
	ref := sides.Reference{MerID: merID}
	if q.QueryID == "" {
		ref.OrderID = q.OrderID
	}
	return s.sides.OfReference(ctx, ref, s.lastRoute(merID), func(ctx context.Context) (bool, error) {
		return s.bridge.HasOrder(ctx, v1.OrderRef{MerID: merID, QueryID: q.QueryID, OrderID: q.OrderID})
	})
}

// sideOfLink is of the link where an order is paid. Its PayId or its number may be on
// record.
func (s service) sideOfLink(ctx context.Context, q asked) sides.Decision {
	if q.merchant == nil {
		return sides.ToOld(sides.NotConfigured)
	}
	merID := q.merchant.MerID
	ref := sides.Reference{MerID: merID, OrderID: q.OrderID}
	return s.sides.OfReference(ctx, ref, s.lastRoute(merID), func(ctx context.Context) (bool, error) {
		side, err := s.ledger.Side(ctx, ledger.Key{MerID: merID, OrderID: q.OrderID})
		if err != nil || side != "" {
			return side == route.V2, err
		}
		return s.hasPayID(ctx, bridge.Ticket{PayID: q.Code, MerID: merID})
	})
}

// sideOfPage is of the pages that only v2 orders have.
func (s service) sideOfPage(ctx context.Context, q asked) sides.Decision {
	return s.sides.OfReference(ctx, sides.Reference{}, route.Route{}, func(ctx context.Context) (bool, error) {
		return s.hasPayID(ctx, bridge.Ticket{PayID: q.message.Params["id"]})
	})
}

func (s service) hasPayID(ctx context.Context, t bridge.Ticket) (bool, error) {
	if t.PayID == "" {
		return false, nil
	}
	_, err := s.bridge.PayerOrder(ctx, t)
	if errors.Is(err, ledger.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// sideOfOpenID is of the page that tells a merchant its payer's openid. A payer who
// comes back from WeChat belongs to whoever sent it there.
func (s service) sideOfOpenID(ctx context.Context, q asked) sides.Decision {
	state, code := q.message.Params["state"], q.message.Params["code"]
	switch {
	case wechat.IsState(state):
		return sides.Decision{Side: route.V2, Cause: sides.OnRecord}
	case state != "" || code != "":
		return sides.ToOld(sides.UnknownOrder)
	case q.merchant == nil:
		return sides.ToOld(sides.NotConfigured)
	}
	to, err := s.routeNow(ctx, q.merchant.MerID)
	if err != nil {
		return sides.Decision{Cause: sides.LedgerAway}
	}
	return sides.Decision{Side: to.OpenIDs(), Cause: sides.ByRoute}
}
