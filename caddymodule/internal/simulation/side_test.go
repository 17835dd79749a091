//go:build simulation

package simulation

import (
	"github.com/paybridge/paybridge/tests/sandbox/oldgateway"
)

// isUnmarked notes an order that went to the old gateway while the ledger was away.
func (old *oldSide) isUnmarked(orderID string) {
	old.mu.Lock()
	defer old.mu.Unlock()
	old.unmarked[orderID] = true
}

// unmarked reports whether an order was passed on while there was no ledger.
func (w *world) unmarked(o *order) bool {
	if w.old == nil {
		return false
	}
	w.old.mu.Lock()
	defer w.old.mu.Unlock()
	return w.old.unmarked[o.id()]
}

// isOld reports whether an order is on record as the old gateway's, or was passed on
// while there was no ledger.
func (w *world) isOld(o *order) bool {
	if w.old == nil {
		return false
	}
	n := 0
	return w.unmarked(o) || w.one([]any{&n}, `SELECT 1 FROM old_orders WHERE mer_id = $1 AND order_id = $2`, merID(o.merchant), o.id())
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
	w.checkRoutes()
	w.checkNotTurnedBack()
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
		w.cover.side("orders, passed on without the ledger")
		return
	case onOld:
		w.cover.side("orders, old")
	case onV2:
		w.cover.side("orders, v2")
	default:
		w.cover.side("orders, on no side")
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
