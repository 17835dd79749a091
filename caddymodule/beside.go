package caddymodule

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/caddyserver/caddy/v2"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/paybridge/paybridge/caddymodule/internal/admission"
	"github.com/paybridge/paybridge/caddymodule/internal/bodies"
	"github.com/paybridge/paybridge/caddymodule/internal/configerror"
	"github.com/paybridge/paybridge/caddymodule/internal/crash"
	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	"github.com/paybridge/paybridge/caddymodule/internal/merchantapi"
	"github.com/paybridge/paybridge/caddymodule/internal/netcause"
	"github.com/paybridge/paybridge/caddymodule/internal/oldgateway"
	"github.com/paybridge/paybridge/caddymodule/internal/pages"
	"github.com/paybridge/paybridge/caddymodule/internal/payer"
	"github.com/paybridge/paybridge/caddymodule/internal/requestside"
	"github.com/paybridge/paybridge/caddymodule/internal/route"
	"github.com/paybridge/paybridge/caddymodule/internal/sides"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// isBeside reports whether the bridge serves merchants beside the old gateway: each
// order is on one of two sides.
func (a *App) isBeside() bool { return a.OldGateway != nil && !a.isFront() }

// defaultRoutes are what default_route may say.
var defaultRoutes = map[string]route.Route{string(route.Old): route.ToOld, string(route.V2): route.ToV2}

// checkDefaultRoute asks for a decision where there are two sides: nobody is moved by
// a default of the program.
func (a *App) checkDefaultRoute() error {
	_, known := defaultRoutes[a.DefaultRoute]
	const meaning = "old leaves the new orders of merchants on the old gateway until they are moved, v2 sends them to the v2 gateway"
	switch {
	case a.DefaultRoute == "" && a.isBeside():
		return fmt.Errorf("default_route: %w; write default_route old or default_route v2: %s", configerror.ErrMissing, meaning)
	case a.DefaultRoute != "" && !known:
		return fmt.Errorf("default_route: %q is neither old nor v2; %s", a.DefaultRoute, meaning)
	case a.DefaultRoute != "" && a.lacksOldGateway():
		return errors.New("default_route: without old_gateway there is one side only; add old_gateway, or take default_route out")
	}
	return nil
}

// lacksOldGateway reports whether nobody has written old_gateway. What is wrong with one
// that could not be read has been said.
func (a *App) lacksOldGateway() bool {
	_, written := a.Source["old_gateway"]
	return a.OldGateway == nil && !written
}

func (a *App) checkKeepOldOrders() error {
	if a.KeepOldOrders < caddy.Duration(24*time.Hour) {
		return errors.New("keep_old_orders: must be 24h or longer: a repeat of an older order would be paid once more, on v2")
	}
	return nil
}

// keepOldOrders is how long marks of the old gateway's orders are kept.
func (a *App) keepOldOrders() time.Duration {
	if !a.isBeside() {
		return sides.Forever
	}
	return time.Duration(a.KeepOldOrders)
}

// defaultRoute is where the new orders of merchants go that have no route of their own.
func (a *App) defaultRoute() route.Route { return defaultRoutes[a.DefaultRoute] }

// routeOf is where the new orders of a merchant went when that was last seen; while
// the app does not run it is the default.
func (a *App) routeOf(merID string) route.Route {
	if e := a.engine.Load(); e != nil {
		return e.routes.Last(merID, a.defaultRoute())
	}
	return a.defaultRoute()
}

const (
	// maxOldForm is the longest body, in bytes, that is read before it is passed on:
	// servers of the time take 2 to 4 MiB of a form. No order is in a longer one, and none is
	// taken there that could name one unseen.
	maxOldForm = 4 << 20
	// maxOtherForm is that of an interface which the bridge does not serve. A cashier's order
	// is not longer; reports and files are, and are not to wait for the bridge.
	maxOtherForm = 64 << 10
)

// serveBeside serves a request to the old interface by v2 or by the old gateway,
// whichever has its order.
func (h *Handler) serveBeside(w http.ResponseWriter, r *http.Request, to inbound.Route) {
	p := passage{route: to, start: time.Now()}
	most := maxOldForm
	if to.Caller == inbound.Nobody {
		most = maxOtherForm
	}
	if r.ContentLength > int64(most) {
		h.serveLarge(w, r, p)
		return
	}
	upload := inbound.LimitUpload(w, r, time.Duration(h.app.Timeouts.Read))
	defer upload.Finish()
	body, whole, err := receiver.Bodies.ReceiveSome(r.Context(), admission.Network(clientIP(r)), r.Body, most)
	if err != nil {
		h.refuse(w, r, p, v1.CodeOf(inbound.RefusedBody(err)), pages.BadRequest)
		return
	}
	defer body.Release()
	p.body = body
	if !whole {
		upload.Lift()
		rest := r.Body
		r = h.received(r, body)
		r.Body = &sharedBody{from: io.MultiReader(body.Reader(), rest), log: h.log}
		h.serveLarge(w, r, p)
		return
	}
	h.serveReceived(w, r, p)
}

// serveLarge serves a request whose body is too long to be looked at. The old gateway may
// find an order in it nevertheless, so an interface that the bridge serves does not take
// it. Of others at least the query is looked at.
func (h *Handler) serveLarge(w http.ResponseWriter, r *http.Request, p passage) {
	p.cause = sides.TooLarge
	switch {
	case p.route.Caller != inbound.Nobody:
		h.serveNowhere(w, r, p)
		return
	case r.URL.RawQuery == "":
		h.passOldOn(w, r, p, sides.TooLarge)
		return
	}
	decision, err := h.decideByQuery(r, &p)
	if err != nil || decision.Side != route.Old {
		p.cause = decision.Cause
		h.serveNowhere(w, r, p)
		return
	}
	h.passOldOn(w, r, p, sides.TooLarge)
}

// decideByQuery says where a request is served by its query alone.
func (h *Handler) decideByQuery(r *http.Request, p *passage) (sides.Decision, error) {
	none, err := receiver.Bodies.Receive(r.Context(), "", http.NoBody, 0)
	if err != nil {
		return sides.Decision{Cause: sides.LedgerAway}, err //nolint:wrapcheck // nothing was read
	}
	defer none.Release()
	query := *p
	query.body = none
	decision := h.decide(r, &query)
	p.asked = query.asked
	return decision, nil
}

// serveReceived serves a request whose body has been received.
func (h *Handler) serveReceived(w http.ResponseWriter, r *http.Request, p passage) {
	decision := h.decide(r, &p)
	p.cause, p.seen = decision.Cause, h.app.seenRoute(p.asked)
	again := h.received(r, p.body)
	if p.route.Caller == inbound.Nobody {
		// What it does may take long. Room for bodies that becomes short ends nothing that is
		// under way.
		again = again.WithContext(r.Context())
	}
	passOn := func() {
		if p.asked.Several { // the others may be v2's
			p.cause = sides.Ambiguous
			h.serveNowhere(w, again, p)
			return
		}
		h.passOldOn(w, again, p, sides.OnRecord)
	}
	switch decision.Side {
	case route.Old:
		h.passOldOn(w, again, p, decision.Cause)
	case route.V2:
		observed.RequestSided(route.V2, decision.Cause)
		h.serveOnV2(w, r.WithContext(p.body.Context()), p, passOn)
	default:
		h.serveNowhere(w, again, p)
	}
}

// serveOnV2 serves a request by v2, within what is left of the time of its answer.
func (h *Handler) serveOnV2(w http.ResponseWriter, r *http.Request, p passage, passOn func()) {
	if p.route.Caller == inbound.Payer {
		h.payerOr(w, r, p.route, payer.Client{Start: p.start, Message: p.asked.Message, PassOn: passOn})
		return
	}
	h.merchantOr(w, r, p.route, merchantapi.Client{Start: p.start, Message: p.asked.Message, PassOn: passOn, Answered: h.app.v2Answered(p)})
}

// serveNowhere answers what may go to neither gateway.
func (h *Handler) serveNowhere(w http.ResponseWriter, r *http.Request, p passage) {
	observed.RequestSided("", p.cause)
	h.log.Warn("served by neither gateway", zap.Inline(unservedLine{p, clientIP(r), tlsVersion(r)}))
	switch p.cause { // the page says that whoever has paid must not pay again
	case sides.OnlyOld:
		h.refuseUnread(w, r, p, v1.CodeConflict, pages.NotServed)
	case sides.Ambiguous, sides.TooLarge:
		h.refuseUnread(w, r, p, v1.CodeBadRequest, pages.NotServed)
	default:
		h.answerBusy(w, r, p)
	}
}

// unservedLine is the one log line of a request that went nowhere: an allow-list.
type unservedLine struct {
	passage
	remote, tls string
}

// MarshalLogObject implements zapcore.ObjectMarshaler.
func (l unservedLine) MarshalLogObject(enc zapcore.ObjectEncoder) error {
	enc.AddString("interface", l.route.Name)
	enc.AddString("remote_ip", l.remote)
	enc.AddString("tls", l.tls)
	l.addAsked(enc)
	return nil
}

// sideOf reads a request and says where it is served. It takes no longer than the answer
// may take, counted from when the request came.
func (a *App) sideOf(r *http.Request, p passage) (requestside.Request, sides.Decision) {
	ctx, cancel := context.WithDeadline(p.body.Context(), p.start.Add(time.Duration(a.Timeouts.Reply)))
	defer cancel()
	s, ok := a.service(ctx)
	if !ok {
		return requestside.Request{}, sides.Decision{Cause: sides.LedgerAway}
	}
	return s.finder(r.Host).Of(ctx, r, p.body, p.route)
}

// oldKnows asks the old gateway whether it has an order. Where it does not say, the order
// is taken for a new one: payments on v2 do not depend on the old gateway. A browser that
// hangs up meanwhile is no answer: WeChat opens an address twice and drops the first. The
// time of the request's own answer is an end, and nothing is begun after it.
func (a *App) oldKnows(ctx context.Context, host string, q requestside.Request) bool {
	if a.OldGateway == nil {
		return false
	}
	asking, cancel := whoeverHangsUp(ctx)
	defer cancel()
	knows, err := false, oldgateway.ErrNoReply
	for _, key := range q.Keys() {
		if knows, err = a.OldGateway.Knows(asking, host, inbound.QueryPath, key, q.MerID, q.OrderID); !errors.Is(err, oldgateway.ErrNoReply) {
			break
		}
	}
	if err != nil {
		a.log.Warn("the old gateway does not say whether it has an order; it is taken for a new one",
			zap.String("merid", q.MerID), zap.String("orderid", q.OrderID), zap.String("error", netcause.TextOf(err)))
	}
	return knows
}

// whoeverHangsUp is a context that ends with the time of another one, and not with its
// caller.
func whoeverHangsUp(ctx context.Context) (context.Context, context.CancelFunc) {
	until, ok := ctx.Deadline()
	if ctx = context.WithoutCancel(ctx); !ok {
		return ctx, func() {}
	}
	return context.WithDeadline(ctx, until)
}

// finder is what finds the sides of requests to a host.
func (s service) finder(host string) requestside.Finder {
	return requestside.Finder{
		Merchants: s.settings.Merchants, Ledger: s.ledger, Bridge: s.bridge, Sides: s.sides, Routes: s.routes, Default: s.app.defaultRoute(),
		OldKnows: func(ctx context.Context, q requestside.Request) bool { return s.app.oldKnows(ctx, host, q) },
	}
}

// decide says where a request is served, "" after a panic.
func (h *Handler) decide(r *http.Request, p *passage) (d sides.Decision) {
	crash.Guard(h.log, "finding the side of a request", func() { p.asked, d = h.app.sideOf(r, *p) })
	return d
}

// passOldOn passes on what belongs to the old gateway.
func (h *Handler) passOldOn(w http.ResponseWriter, r *http.Request, p passage, cause sides.Cause) {
	p.cause = cause
	observed.RequestSided(route.Old, cause)
	if e := h.app.engine.Load(); e != nil {
		h.app.count(e.traffic, p, inbound.Canonical(r.URL.Path))
	}
	h.passOn(w, r, p)
}

// isUnmarked reports whether a payment of a program leaves without a mark, because it may
// be anybody's.
func (a *App) isUnmarked(p passage) bool {
	q := p.asked
	return a.isBeside() && p.route.Name == "pay" && p.cause != sides.OnRecord && !q.Verified && q.MerID != "" && q.OrderID != ""
}

// markAccepted puts such a payment on record if the old gateway has accepted it, and that of
// a merchant which is not configured unless it was refused. With one that is configured,
// anybody could make up its numbers.
func (a *App) markAccepted(ctx context.Context, p passage, reply *oldgateway.Reply) {
	o := route.Order{MerID: p.asked.MerID, OrderID: p.asked.OrderID}
	accepted, mayBe := reply.Accepts(o.MerID, o.OrderID), p.asked.Merchant == nil && !reply.Refuses()
	if !accepted && !mayBe {
		return
	}
	s, ok := a.service(context.WithoutCancel(ctx)) // it has started; whoever has the answer may hang up
	switch {
	case !ok:
	case accepted:
		s.sides.Accepted(o)
	default:
		s.sides.MayHave(o)
	}
}

// received is a request whose body has been received and is read once more.
func (h *Handler) received(r *http.Request, body *bodies.Body) *http.Request {
	again := r.WithContext(body.Context())
	if r.Body != nil && r.Body != http.NoBody {
		again.Body = &sharedBody{from: body.Reader(), log: h.log}
	}
	return again
}
