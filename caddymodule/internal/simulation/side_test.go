//go:build simulation

package simulation

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/forms"
	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/merchantapi"
	"github.com/paybridge/paybridge/caddymodule/internal/route"
	"github.com/paybridge/paybridge/caddymodule/internal/sides"
	"github.com/paybridge/paybridge/tests/sandbox/oldgateway"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// flip is a change of a merchant's route by a person.
type flip struct {
	merchant int
	at       time.Duration
	to       string // as route.Parse reads it
	bridge   int    // where the person is
}

// flipsTo are the routes that merchants are given.
var flipsTo = []string{"old", "shadow", "v2", "v2", "v2 50%"}

// drawFlips draws the changes of a world that has an old gateway.
func drawFlips(d draw, bridges int) (list []flip) {
	for n := range merchantCount {
		for range 2 + d.IntN(6) {
			list = append(list, flip{n, d.between(0, ordering+ordering/2), oneOf(d, flipsTo), d.IntN(bridges)})
		}
	}
	return list
}

// flip changes a route, as the command does; with the ledger away it fails.
func (w *world) flip(f flip) {
	p := w.bridges[f.bridge].running()
	if p == nil {
		return
	}
	to, err := route.Parse(f.to)
	must(err)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	err = p.ledger.SetRoute(ctx, merID(f.merchant), to, ledger.Change{Who: "simulation", Why: "a flip"})
	p.routes.Expire()
	w.tell("merchant %d goes to %s by bridge %d: done %v", f.merchant, f.to, f.bridge, err == nil)
}

// unmarkedSides hears of marks and counts nothing.
type unmarkedSides struct{}

func (unmarkedSides) OrderMarked(sides.MarkResult) {}
func (unmarkedSides) MarksWaiting(int)             {}
func (unmarkedSides) MarkAwaited(time.Duration)    {}

// asked is what a merchant's request says, as package caddymodule reads it.
type asked struct {
	v1.Claims
	merID    string
	verified bool
	key      v1.Key
}

func read(r *http.Request, body []byte) (q asked) {
	params, err := forms.ParseLongForm(r.Header.Get("Content-Type"), body, r.URL.RawQuery)
	if err != nil {
		return q
	}
	form := params.Form()
	opened, err := v1.Open(form, func(merid string) []v1.Key {
		m := registry().ByMerID(merid)
		if m == nil {
			return nil
		}
		q.merID = m.MerID
		return m.SignKeys(time.Now())
	})
	message := opened.JSON
	if err != nil {
		message, _ = v1.Unverified(form)
	}
	q.Claims, q.verified, q.key = v1.ReadClaims(message), err == nil, opened.Key
	return q
}

// serve answers a merchant's request on the side that has its order.
func (p *process) serve(w http.ResponseWriter, r *http.Request, to inbound.Route) {
	client := merchantapi.Client{Address: "192.0.2.9", TLS: "none"}
	if p.m.w.old == nil {
		p.v1.Serve(w, r, client, to)
		return
	}
	body, err := io.ReadAll(r.Body)
	must(err)
	q := read(r, body)
	busy := func() {
		_ = inbound.Answer(w, r, "application/json; charset=utf-8", v1.SealReply(v1.BuildRefusal(v1.CodeBusy, ""), q.key))
	}
	passOn := func() {
		if !p.passOn(w, r, body, q.OrderID) {
			busy()
		}
	}
	client.PassOn = passOn
	ctx, cancel := context.WithTimeout(r.Context(), 14*time.Second)
	defer cancel()
	decision := p.sideOf(ctx, q, to)
	r.Body = io.NopCloser(bytes.NewReader(body))
	switch decision.Side {
	case route.Old:
		if decision.Cause == sides.LedgerAway && to.Name == "pay" {
			p.m.w.old.isUnmarked(q.OrderID)
		}
		passOn()
	case route.V2:
		p.v1.Serve(w, r, client, to)
	default:
		busy()
	}
}

// sideOf says where a request is served, as package caddymodule does.
func (p *process) sideOf(ctx context.Context, q asked, to inbound.Route) sides.Decision {
	if to.Name != "pay" {
		ref := sides.Reference{MerID: q.merID, OrderID: q.OrderID}
		return p.sides.OfReference(ctx, ref, p.routes.Last(q.merID, route.ToOld), func(ctx context.Context) (bool, error) {
			return p.bridge.HasOrder(ctx, v1.OrderRef{MerID: q.merID, OrderID: q.OrderID})
		})
	}
	order := route.Order{MerID: q.merID, OrderID: q.OrderID, Action: q.Action}
	now, err := p.routes.Of(ctx, q.merID, route.ToOld)
	if err != nil {
		return sides.Decision{Cause: sides.LedgerAway}
	}
	return p.sides.OfPayment(ctx, sides.Payment{Order: order, Verified: q.verified}, now)
}

// isUnmarked notes an order that went to the old gateway while the ledger was away.
func (old *oldSide) isUnmarked(orderID string) {
	old.mu.Lock()
	defer old.mu.Unlock()
	old.unmarked[orderID] = true
}

// checkSides checks O9: each order is on one side, which both books agree on, and is
// announced by that side and no other. What went to the old gateway while the ledger
// was away, of merchants that had never been on v2, has its mark later or not at all
// (docs/moving.md); it is left out.
func (w *world) checkSides() {
	if w.old == nil {
		return
	}
	state := w.old.gateway.State()
	marks := w.marks()
	for _, o := range w.ordered {
		w.checkSide(o, state, marks[o.id()])
	}
}

// checkSide checks one order; marked says that it is on record as the old gateway's.
func (w *world) checkSide(o *order, state oldgateway.State, marked bool) {
	entry, onOld := state.Order(merID(o.merchant), o.id())
	onV2, charges := false, state.Count(oldgateway.Charge, merID(o.merchant), o.id())
	for _, no := range o.orderNos {
		if b := w.gateway.books[no]; b != nil {
			onV2 = true
			charges += b.charges
		}
	}
	switch {
	case w.old.unmarked[o.id()]:
		w.cover.side("passed on without the ledger")
		return
	case onOld:
		w.cover.side("old")
	case onV2:
		w.cover.side("v2")
	default:
		w.cover.side("on no side")
	}
	switch {
	case onOld && onV2:
		w.broken("O9", "both gateways have order %s", o.id())
	case charges > 1:
		w.broken("O9", "order %s was charged %d times", o.id(), charges)
	case onOld && !marked:
		w.broken("O9", "the old gateway has order %s, and that is not on record", o.id())
	case o.formed && !onOld && !onV2:
		w.broken("O9", "the payer of order %s was shown how to pay, and no gateway has it", o.id())
	case onOld && len(w.merchants[o.merchant].calls.of(o.id())) > 0:
		w.broken("O9", "order %s is the old gateway's, and the bridge has announced it", o.id())
	case entry.State == oldgateway.Paid && !o.silent && !w.old.announced[o.id()]:
		w.broken("O9", "order %s is paid on the old side, and its merchant does not know", o.id())
	}
}

// marks are the orders that are on record as the old gateway's.
func (w *world) marks() map[string]bool {
	found, err := w.database.ask(`SELECT order_id FROM old_orders`)
	must(err)
	defer found.Close()
	list := map[string]bool{}
	for found.Next() {
		var id string
		must(found.Scan(&id))
		list[id] = true
	}
	must(found.Err())
	return list
}
