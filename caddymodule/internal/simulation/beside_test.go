//go:build simulation

package simulation

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/bodies"
	"github.com/paybridge/paybridge/caddymodule/internal/guard"
	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/merchantapi"
	"github.com/paybridge/paybridge/caddymodule/internal/requestside"
	"github.com/paybridge/paybridge/caddymodule/internal/route"
	"github.com/paybridge/paybridge/caddymodule/internal/routecache"
	"github.com/paybridge/paybridge/caddymodule/internal/sides"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// beside is what a process has more that serves beside an old gateway. The choice of
// the side of a request is the bridge's own; what it comes to is judged by oracles.
type beside struct {
	sides  *sides.Sides
	routes *routecache.Cache
	guard  *guard.Guard
	rules  *guard.Rules // nil when no merchant is ever turned back
	shadow atomic.Pointer[shadowing]
}

func newBeside(p *process, log *zap.Logger) *beside {
	w := p.m.w
	b := &beside{
		sides:  sides.New(p.ledger, log, sides.Clock{Now: p.bridge.Now, Known: p.bridge.KnowsTime}, uncounted{}),
		routes: routecache.New(p.ledger, log, w.since),
	}
	b.sides.Attach(30 * 24 * time.Hour)
	b.guard = guard.New(routeChanges{p}, log, uncounted{}, w.since, b.routes.Expire)
	b.follow(p)
	return b
}

// follow goes by a configuration that was loaded.
func (b *beside) follow(p *process) {
	before := b.rules
	b.rules = guard.NewRules(p.m.w.plan.rollback, registry().All())
	b.guard.Attach(b.rules)
	if before != nil {
		b.guard.Detach(before)
	}
	b.shadow.Swap(startShadow(p)).stop()
}

func (b *beside) close() {
	b.shadow.Load().stop()
	b.guard.Close()
	b.sides.Close()
	b.routes.Close()
}

// uncounted hears of what is counted for metrics and counts nothing.
type uncounted struct{}

func (uncounted) OrderMarked(sides.MarkResult)     {}
func (uncounted) MarksWaiting(int)                 {}
func (uncounted) MarkAwaited(time.Duration)        {}
func (uncounted) PaymentCompared(route.Side, bool) {}
func (uncounted) MerchantTurnedBack()              {}

// passage is a request at a process beside an old gateway.
type passage struct {
	*beside
	p     *process
	r     *http.Request
	to    inbound.Route
	body  *bodies.Body
	asked requestside.Request
	cause sides.Cause
	mark  ledger.RouteMark
	since int64
	seen  *visit // of a payment, nil for anything else
}

// serve answers a merchant's request on the side that has its order.
func (p *process) serve(w http.ResponseWriter, r *http.Request, to inbound.Route) {
	client := merchantapi.Client{Address: "192.0.2.9", TLS: "none"}
	b := p.beside
	if b == nil {
		p.v1.Serve(w, r, client, to)
		return
	}
	body, err := p.room.Bodies.Receive(r.Context(), client.Address, r.Body, 1<<16)
	must(err)
	defer body.Release()
	t := &passage{beside: b, p: p, r: r, to: to, body: body}
	ctx, cancel := context.WithTimeout(r.Context(), patienceOfBridge)
	defer cancel()
	began := p.m.w.since()
	var d sides.Decision
	t.asked, d = p.finder().Of(ctx, r, body, to)
	t.cause, t.mark, t.since = d.Cause, b.routes.Mark(t.asked.MerID), b.routes.Since(t.asked.MerID)
	if to.Name == "pay" && t.asked.OrderID != "" { // it is not read for those who have hung up
		t.seen = p.visited(t.asked.OrderID, began)
	}
	switch d.Side {
	case route.Old:
		if d.Cause == sides.LedgerAway && t.seen != nil {
			p.m.w.old.isUnmarked(t.asked.OrderID)
		}
		t.passOn(w)
	case route.V2:
		t.onV2(w, client)
	default:
		t.busy(w)
	}
}

// patienceOfBridge is how long a bridge may take for an answer.
const patienceOfBridge = 14 * time.Second

func (p *process) finder() requestside.Finder {
	return requestside.Finder{
		Merchants: registry(), Ledger: p.ledger, Bridge: p.bridge, Sides: p.beside.sides, Routes: p.beside.routes, Default: route.ToOld,
	}
}

// onV2 has v2 answer, which may turn out not to have the order.
func (t *passage) onV2(w http.ResponseWriter, client merchantapi.Client) {
	client.Message = t.asked.Message
	passed := false
	client.PassOn = func() {
		passed, t.cause = true, sides.OnRecord
		t.passOn(w)
	}
	if t.asked.Counts(t.to, t.cause) {
		client.Answered = func(refused bool) { t.guard.V2Answered(t.payment(refused)) }
	}
	reply := httptest.NewRecorder()
	t.p.v1.Serve(reply, t.r, client, t.to)
	if passed {
		return
	}
	t.seen.answered(t.r.Context(), t.p.m.w, route.V2, reply)
	copyReply(w, reply)
}

func (t *passage) payment(refused bool) guard.Payment {
	return guard.Payment{MerID: t.asked.MerID, OrderID: t.asked.OrderID, Route: t.mark, Since: t.since, Refused: refused}
}

// passOn passes the request on to the old gateway, and its answer back.
func (t *passage) passOn(w http.ResponseWriter) {
	shadows := t.routes.Last(t.asked.MerID, route.ToOld).Shadows()
	body, _ := t.body.Small()
	reply := t.p.passOn(t.r, body, t.asked.OrderID)
	refused := true
	if reply != nil {
		t.seen.answered(t.r.Context(), t.p.m.w, route.Old, reply)
		copyReply(w, reply)
		refused, _ = guard.Refuses(reply.Code, reply.Body.Bytes(), true)
	}
	hungUp := reply == nil && t.r.Context().Err() != nil // which says nothing about the old gateway
	if reply == nil {
		t.busy(w)
		if !hungUp {
			t.seen.unanswered(t.p.m.w, route.Old)
		}
	}
	if t.asked.Counts(t.to, t.cause) && !hungUp {
		t.guard.OldAnswered(t.payment(refused))
	}
	if reply != nil && shadows && t.asked.Merchant != nil {
		t.shadow.Load().saw(t, body, reply)
	}
}

// busy is the answer to who may go nowhere, or to whom nobody has answered.
func (t *passage) busy(w http.ResponseWriter) {
	_ = inbound.Answer(w, t.r, "application/json; charset=utf-8", v1.SealReply(v1.BuildRefusal(v1.CodeBusy, ""), t.asked.Key()))
}

func copyReply(w http.ResponseWriter, reply *httptest.ResponseRecorder) {
	for name, values := range reply.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(reply.Code)
	_, _ = w.Write(reply.Body.Bytes())
}
