//go:build simulation

package simulation

import "time"

// payers are what payers do once they are shown how to pay.
var payers = map[string]func(w *world, o *order, d draw){
	"soon":     func(w *world, o *order, d draw) { w.paysAfter(o, d.between(time.Second, 20*time.Second), false) },
	"at once":  func(w *world, o *order, d draw) { w.paysAfter(o, d.between(0, 50*time.Millisecond), false) },
	"at last":  func(w *world, o *order, d draw) { w.paysAfter(o, d.between(expiry*3/4, expiry*5/4), false) },
	"never":    func(*world, *order, draw) {},
	"declined": (*world).declined,
	"twice": func(w *world, o *order, d draw) {
		w.actor(func() { w.paysAfter(o, d.between(5*time.Second, 10*time.Second), false) })
		w.paysAfter(o, 7*time.Second, false)
	},
}

var payerNames = names(payers)

// show shows an order's payer, once, how to pay.
func (w *world) show(o *order, link string) {
	onOld := w.old.shows(o, link)
	o.mu.Lock()
	shown := o.formed
	if !shown {
		o.formed, o.onOld = true, onOld
	}
	o.mu.Unlock()
	if !shown {
		w.actor(func() { payers[o.payer](w, o, w.chance.of("payer", o.id())) })
	}
}

// paysAfter has the payer pay, or try to.
func (w *world) paysAfter(o *order, wait time.Duration, declined bool) {
	time.Sleep(wait)
	switch {
	case !o.onOld:
		w.gateway.paidBy(o.number(), declined)
	case !declined:
		w.old.paid(o)
	}
}

// declined is a payer whose first card is refused and who takes another, or does not.
func (w *world) declined(o *order, d draw) {
	w.paysAfter(o, d.between(time.Second, 20*time.Second), true)
	if d.once(0.6) {
		w.paysAfter(o, d.between(time.Second, 90*time.Second), false)
	}
}
