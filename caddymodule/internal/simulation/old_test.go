//go:build simulation

package simulation

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/route"
	"github.com/paybridge/paybridge/tests/sandbox/merchant"
	"github.com/paybridge/paybridge/tests/sandbox/oldgateway"
)

// oldSide is the old gateway, with a book of its own. It is the sandbox's, which has
// been written from the specification and shares nothing with the bridge.
type oldSide struct {
	w       *world
	gateway *oldgateway.Gateway

	mu        sync.Mutex
	unmarked  map[string]bool // orders that were passed on while the ledger was away
	announced map[string]bool // orders whose merchant has acknowledged
}

func newOldSide(w *world) *oldSide {
	old := &oldSide{w: w, unmarked: map[string]bool{}, announced: map[string]bool{}}
	config := oldgateway.Config{HTTP: &http.Client{Transport: oldCalls{old}}}
	for n := range merchantCount {
		config.Merchants = append(config.Merchants, oldgateway.Merchant{ID: merID(n), Key: signKey(n)})
	}
	var err error
	old.gateway, err = oldgateway.New(config)
	must(err)
	return old
}

var errNoAnswer = errors.New("the old gateway does not answer")

// serve takes a request there, and its answer back, if there is one. What has left
// arrives, whatever becomes of the bridge.
func (old *oldSide) serve(p *process, r *http.Request, body []byte, orderID string) (*httptest.ResponseRecorder, error) {
	asker := askerOf(r.Context())
	d := old.w.chance.of("old trip", asker)
	there, back := d.between(time.Millisecond, 40*time.Millisecond), d.between(time.Millisecond, 40*time.Millisecond)
	what := old.w.struck(onOld, asker)
	old.w.tell("bridge %d passes %s of %s on%s", p.m.n, r.URL.Path, orderID, but(what))
	if what == "old gateway cannot be reached" {
		return nil, errNoAnswer
	}
	arrived := make(chan *httptest.ResponseRecorder, 1)
	old.w.actor(func() {
		time.Sleep(there)
		recorder := httptest.NewRecorder()
		again := httptest.NewRequest(r.Method, r.URL.String(), strings.NewReader(string(body)))
		again.Header = r.Header.Clone()
		old.gateway.ServeHTTP(recorder, again)
		if r.URL.Path != "/api/query" {
			old.note(orderID)
		}
		time.Sleep(back)
		arrived <- recorder
	})
	ctx, cancel := context.WithTimeout(r.Context(), 14*time.Second)
	defer cancel()
	select {
	case reply := <-arrived:
		if what != "old answer lost" && !p.isDead() {
			return reply, nil
		}
	case <-ctx.Done():
	case <-p.dead:
	}
	return nil, errNoAnswer
}

// note notes what a request has done to an order.
func (old *oldSide) note(orderID string) {
	o := old.w.order(orderID)
	state := old.gateway.State()
	if _, has := state.Order(merID(o.merchant), orderID); has {
		old.w.arrives(o, route.Old)
	}
	if n := state.Count(oldgateway.Refund, merID(o.merchant), orderID); n > 0 && o.refundedOnOld() {
		old.w.noteState(o, "refund")
	}
}

// passOn is what a process does with a request that belongs to the old gateway. It
// returns nil when there was no answer.
func (p *process) passOn(r *http.Request, body []byte, orderID string) *httptest.ResponseRecorder {
	if p.isDead() {
		return nil
	}
	reply, err := p.m.w.old.serve(p, r, body, orderID)
	if err != nil {
		return nil
	}
	return reply
}

// oldCalls is the way of the old gateway to merchants' servers.
type oldCalls struct{ old *oldSide }

// RoundTrip implements http.RoundTripper.
func (c oldCalls) RoundTrip(r *http.Request) (*http.Response, error) {
	defer r.Body.Close()
	w, id := c.old.w, r.URL.Query().Get("order")
	o := w.order(id)
	m := w.merchants[o.merchant]
	time.Sleep(w.chance.of("old call", id).between(time.Millisecond, 40*time.Millisecond))
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	got := httptest.NewRequest(r.Method, r.URL.String(), strings.NewReader(string(body)))
	got.Header = r.Header.Clone()
	recorder := httptest.NewRecorder()
	m.receiver.Script(id, merchant.AnswerOK)
	m.receiver.ServeHTTP(recorder, got)
	w.tell("the old gateway notifies of %s", id)
	w.noteState(o, "notification")
	c.old.mu.Lock()
	c.old.announced[id] = true
	c.old.mu.Unlock()
	reply := recorder.Result()
	reply.Request = r
	return reply, nil
}

// shows reports whether the old gateway shows an order's payer this link.
func (old *oldSide) shows(o *order, link string) bool {
	if old == nil {
		return false
	}
	entry, has := old.gateway.State().Order(merID(o.merchant), o.id())
	return has && strings.HasSuffix(link, entry.QueryID)
}

// paid is a payer who pays there.
func (old *oldSide) paid(o *order) {
	if old.gateway.Pay(merID(o.merchant), o.id()) == nil {
		old.w.tell("the payer of %s is charged by the old gateway", o.id())
		old.w.noteState(o, "payment")
	}
}

// has reports whether an order is in the old gateway's book.
func (old *oldSide) has(o *order) bool {
	_, has := old.gateway.State().Order(merID(o.merchant), o.id())
	return has
}

// amountTaken is that of an order in the book of its side, in fen.
func (w *world) amountTaken(o *order) int64 {
	if w.old != nil {
		if entry, has := w.old.gateway.State().Order(merID(o.merchant), o.id()); has {
			return entry.Fen
		}
	}
	return w.amountOf(o.id())
}
