//go:build simulation

package simulation

import (
	"sync"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/route"
)

// order is one order, and what its merchant knows of it.
type order struct {
	orderPlan

	mu        sync.Mutex
	orderNos  []string // that the gateway has seen it under
	oldRefund bool     // the old gateway has paid it back
	onOld     bool     // what the payer was shown is the old gateway's
	formed    bool     // its payer has been shown how to pay
	heard     []hearing
	code      string        // of the last answer about it
	submitted time.Duration // when the merchant last sent it
	requests  int           // merchant's requests so far, of any kind
	arrivedAt route.Side    // the gateway that first had it
	arrived   time.Duration // when
	asked     time.Duration // when the merchant first asked for its money back; 0 for never
	byHand    bool          // an operator has had its merchant called
}

// hearing is something that a merchant was told of an order.
type hearing struct {
	at, from time.Duration // when it was told, and when what told it began
	what     string        // paid, failed or cancelled
	by       string
}

// add makes the order of a plan part of the world.
func (w *world) add(p orderPlan) *order {
	o := &order{orderPlan: p}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ordered = append(w.ordered, o)
	w.byID[o.id()] = o
	return o
}

func (w *world) order(id string) *order {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.byID[id]
}

// orderNumbered finds an order by the number that the gateway knows, or by what the
// ledger says when the gateway is asked about an order that it has never seen.
func (w *world) orderNumbered(no string) *order {
	w.mu.Lock()
	o := w.byNo[no]
	w.mu.Unlock()
	if o != nil {
		return o
	}
	for _, r := range w.rows() {
		if r.orderNo == no {
			return w.order(r.orderID)
		}
	}
	panic("simulation: a message about an order that is not in the ledger: " + no)
}

// numbered notes the number of an order at the gateway.
func (w *world) numbered(o *order, no string) {
	w.mu.Lock()
	w.byNo[no] = o
	w.mu.Unlock()
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, known := range o.orderNos {
		if known == no {
			return
		}
	}
	o.orderNos = append(o.orderNos, no)
}

// number is the order's at the gateway.
func (o *order) number() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.orderNos[0]
}

// hears notes what the merchant was told.
func (w *world) hears(o *order, from time.Duration, what, by string) {
	w.tell("merchant of %s hears %s by %s", o.id(), what, by)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.heard = append(o.heard, hearing{w.since(), from, what, by})
}

// final reports whether the merchant knows how the order has ended.
func (o *order) final() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.heard) > 0
}

// answered notes the code of an answer about the order.
func (o *order) answered(code string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.code = code
}

// submits notes that the merchant sends the order.
func (o *order) submits(at time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.submitted = at
}

// next counts the merchant's requests.
func (o *order) next() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.requests++
	return o.requests
}

// refundedOnOld notes that the old gateway has paid the order back, and reports whether
// that is news.
func (o *order) refundedOnOld() (news bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	news, o.oldRefund = !o.oldRefund, true
	return news
}

// asksBack notes that the merchant cancels.
func (o *order) asksBack(at time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.asked == 0 {
		o.asked = at
	}
}

// calledByHand notes that an operator has the merchant called.
func (o *order) calledByHand() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.byHand = true
}
