package explain

import (
	"cmp"
	"slices"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// place is who serves a request where there is an old gateway.
type place struct {
	// passedOn says that it is the old gateway, whatever the ledger has.
	passedOn bool
	// unjudged says that nothing of the message is wrong for the bridge.
	unjudged bool
	// text says why, or on what it depends; it is zero where v2 alone serves.
	text bilingual.Said
}

// passedOn is of what the old gateway serves, however it is written.
func passedOn(why bilingual.Said) place { return place{passedOn: true, unjudged: true, text: why} }

// place finds out who serves a request. The sides of orders and the routes of merchants
// are in the ledger, which nobody looks at here.
func (e *evidence) place(w World) place {
	if !w.OldGateway || !e.atOldInterface() {
		return place{}
	}
	claims := e.claims()
	action, begins := e.beginsOrder(claims.Action)
	switch {
	case w.Merchants == nil || w.Merchants.Len() == 0:
		return passedOn(say("No merchant is configured: all that comes to the old interface is passed on."))
	case e.route.Caller == inbound.Nobody:
		return passedOn(say("Only the old gateway has this interface. A signed message about an order of v2 is not passed on (92); the ledger, which tells, is not looked at here."))
	case e.route.Caller == inbound.Payer && e.face() == nil: // which may name nobody
	case !w.Merchants.Has(claims.MerID):
		p := passedOn(say("What names no configured merchant is passed on."))
		p.unjudged = e.merchant == nil
		return p
	case begins && !slices.Contains(v1.Actions(), action):
		return passedOn(say("No action that v2 has: such a new order is passed on, whatever the merchant's route."))
	}
	if begins {
		return place{text: say("So it is where v2 serves it. A new order goes by its merchant's route (caddy paybridge routes), without one by default_route %s; an order on record stays on its side. What is the old gateway's is passed on. The ledger, which tells, is not looked at here.", string(w.DefaultRoute))}
	}
	return place{text: say("So it is where v2 serves it, which has the order. Otherwise it is passed on to the old gateway. The ledger, which tells, is not looked at here.")}
}

// atOldInterface reports whether a request came to where the old gateway has its own,
// as far as is known.
func (e *evidence) atOldInterface() bool {
	if e.path == "" {
		return len(e.meant) > 0
	}
	return e.routed && e.route.IsOld()
}

// beginsOrder reports whether a request goes by its merchant's route, and not by an order
// that must be on record, and with what action: on the page of an order none need be named.
func (e *evidence) beginsOrder(named v1.Action) (action v1.Action, begins bool) {
	switch face := e.face(); {
	case face == &payFace:
		return named, true
	case face == &openFace:
		return cmp.Or(named, v1.WxJsApi), true
	case inbound.Canonical(e.path) == inbound.OpenIDPath:
		return v1.WxJsApi, true
	}
	return "", false
}

// claims are what the bridge reads of a request whoever has signed it.
func (e *evidence) claims() v1.Claims {
	if e.form.Req == "" {
		return v1.Claims{MerID: e.params["merid"]}
	}
	message := e.opened.JSON
	if e.opened.Key.IsZero() {
		message, _ = v1.Unverified(e.form)
	}
	return v1.ReadClaims(message)
}

// pass makes a report that of a message which goes to the old gateway.
func (r *Report) pass(p place) {
	r.Served, r.served = p.text.Error(), p.text
	if r.PassedOn = p.passedOn; !r.PassedOn {
		return
	}
	r.answer = say("what the old gateway answers")
	if !p.unjudged {
		return
	}
	r.Causes = nil
	for i := range r.Steps {
		if r.Steps[i].Result == Bad {
			r.Steps[i].Result = Told
		}
	}
}
