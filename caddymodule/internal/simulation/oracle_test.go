//go:build simulation

package simulation

import (
	"slices"
	"time"

	v2 "github.com/paybridge/paybridge/translate/v2"
)

// checkAll checks the oracles of the design after a world has ended.
func (w *world) checkAll() {
	rows := map[string]row{}
	for _, r := range w.rows() {
		rows[r.orderID] = r
	}
	for _, o := range w.ordered {
		r, known := rows[o.id()]
		w.checkBooks(o, r, known)
		if w.old == nil || !w.old.has(o) { // it tells merchants what it likes
			w.checkHeard(o)
		}
		if known {
			w.checkNotifications(o, r)
		}
	}
	w.checkSides()
	for _, m := range w.merchants {
		for _, err := range m.receiver.Violations() {
			w.broken("v1", "merchant %s: %v", merID(m.n), err)
		}
	}
	for _, line := range w.secrets.found {
		w.broken("O5", "a secret in the log: %s", line)
	}
}

// checkLiveness checks that everything has ended, and O8 of what has not.
func (w *world) checkLiveness() {
	for _, r := range w.open() {
		w.broken("liveness", "after %s order %s is %s, next step %d, notification %s", w.since(), r.orderID, r.state, r.next, r.notified)
		if r.next == 0 && !r.owed() {
			w.broken("O8", "order %s is %s and has no next step", r.orderID, r.state)
		}
	}
}

// checkBooks checks O1, and that ledger and gateway agree in the end.
func (w *world) checkBooks(o *order, r row, known bool) {
	if len(o.orderNos) > 1 {
		w.broken("O1", "order %s reached the gateway as %d orders", o.id(), len(o.orderNos))
	}
	for _, no := range o.orderNos {
		b := w.gateway.books[no]
		if b == nil {
			continue
		}
		if !known {
			w.broken("rule 1", "the gateway has order %s and the ledger has not", o.id())
		}
		if b.charges > 1 {
			w.broken("O1", "order %s was charged %d times", o.id(), b.charges)
		}
		if len(b.refunds) > 1 {
			w.broken("O1", "order %s was refunded under %d numbers", o.id(), len(b.refunds))
		}
		w.checkAgreement(o, r, b)
	}
	if len(o.orderNos) == 0 && slices.Contains([]string{"paid", "refunding", "refunded", "refund_failed"}, r.state) {
		w.broken("rule 5", "order %s is %s and never reached the gateway", o.id(), r.state)
	}
}

// checkAgreement checks that the money is where the ledger says.
func (w *world) checkAgreement(o *order, r row, b *booked) {
	paid := b.charges > 0
	var back bool
	for _, refund := range b.refunds {
		back = back || refund.state == v2.RefundSuccess
	}
	if kept := r.state == "paid" || r.state == "refund_failed"; kept != (paid && !back) {
		w.broken("O2", "order %s is %s; charged %v, given back %v", o.id(), r.state, paid, back)
	}
	if (r.state == "refunded") != back {
		w.broken("O2", "order %s is %s; given back %v", o.id(), r.state, back)
	}
}

// checkHeard checks O3: no success and then failure, unless the merchant cancelled;
// and no success after it was told that the order is closed.
func (w *world) checkHeard(o *order) {
	paid, over := false, time.Duration(-1)
	for _, h := range o.heard {
		switch h.what {
		case "cancelled":
			over = h.at
		case "failed":
			if paid && (o.asked == 0 || h.at < o.asked) {
				w.broken("O3", "the merchant of %s heard of success and then of failure: %v", o.id(), o.heard)
			}
			over = h.at
		case "paid":
			if over >= 0 && h.from > over {
				w.broken("O3", "the merchant of %s heard of success after it was over: %v", o.id(), o.heard)
			}
			paid = true
		}
	}
}

// checkNotifications checks O2 and O4 of an order's notification.
func (w *world) checkNotifications(o *order, r row) {
	calls := w.merchants[o.merchant].calls.of(o.id())
	if r.state == "paid" && !o.silent && r.notified == "" {
		w.broken("O2", "order %s is paid and its merchant is owed nothing", o.id())
	}
	acknowledged := slices.ContainsFunc(calls, func(c called) bool { return c.arrived })
	if r.notified == "delivered" && !acknowledged {
		w.broken("O2", "the notification of %s counts as delivered; nobody has acknowledged it", o.id())
	}
	if r.notified == "exhausted" && len(calls) < len(notifySchedule)+1 {
		w.broken("O4", "the notification of %s is exhausted after %d calls", o.id(), len(calls))
	}
	for i := 1; i < len(calls); i++ {
		before, c := calls[i-1], calls[i]
		if c.began < before.ended && !w.frozeIn(before) && !w.frozeIn(c) {
			w.broken("O4", "two calls for %s at the same time: %+v and %+v", o.id(), before, c)
		}
		w.checkInterval(o, i, before, c)
	}
	for _, c := range calls {
		if !o.byHand && w.merchants[o.merchant].pauses.during(c.began, pauseTakes) && w.calm(0, c.ended, unruly...) {
			w.broken("pause", "the merchant of %s was called at %s, while it was paused", o.id(), c.began)
		}
	}
}

// pauseTakes is how long a call may still begin that was being prepared when its merchant
// was paused.
const pauseTakes = time.Second

// unruly are the points of which nothing must be in trouble where times are checked.
var unruly = []point{onBridge, onWrite, onRead, onCommit}

// frozeIn reports whether the process of a call was frozen in the middle of it, when the
// others think it dead.
func (w *world) frozeIn(c called) bool {
	return slices.ContainsFunc(w.plan.faults, func(f fault) bool {
		return f.kind == "freeze" && f.bridge == c.bridge && c.began <= f.from && f.from <= c.ended
	})
}

// checkInterval checks when a call came after the one before. Whether a call was
// counted is certain only while neither bridges nor ledger were in trouble.
func (w *world) checkInterval(o *order, i int, before, c called) {
	if i > len(notifySchedule) || o.byHand || w.merchants[o.merchant].pauses.any() || !w.calm(0, c.ended, unruly...) {
		return
	}
	due := before.ended + notifySchedule[i-1]
	if c.began < due {
		w.broken("O4", "call %d for %s came at %s, before %s", i+1, o.id(), c.began, due)
	}
	if late := c.began - due; late > time.Second && w.calm(0, c.ended, onReceiver) {
		w.broken("O4", "call %d for %s came %s late", i+1, o.id(), late)
	}
}
