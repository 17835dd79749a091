//go:build simulation

package simulation

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/paybridge/paybridge/translate"
)

// happenings are the events that meet an order in some state.
var happenings = []string{"pay", "query", "cancel", "payment", "refund", "notice", "notification", "kill", "restart", "reload", "freeze", "route changed", "turned back", "comparison", "by hand"}

// cell is an event that met an order in a state.
type cell struct{ state, happening string }

// coverage is what was seen.
type coverage struct {
	mu      sync.Mutex
	cells   map[cell]int
	faults  map[string]int
	sides   map[string]int // orders beside an old gateway, and merchants turned back
	shadows map[string]int // exchanges, by what became of them in the shadow
	hands   map[string]int // what operators did, by what became of it
}

func newCoverage() *coverage {
	return &coverage{cells: map[cell]int{}, faults: map[string]int{}, sides: map[string]int{}, shadows: map[string]int{}, hands: map[string]int{}}
}

// side counts an order or a merchant of a world with an old gateway.
func (c *coverage) side(of string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sides[of]++
}

// shadow counts an exchange of a merchant in the shadow.
func (c *coverage) shadow(result string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.shadows[result]++
}

// byHand counts what an operator did.
func (c *coverage) byHand(kind, came string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hands[kind+": "+came]++
}

func (c *coverage) fault(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults[name]++
}

func (c *coverage) note(state, happening string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cells[cell{state, happening}]++
}

// add takes in what another world has seen.
func (c *coverage) add(other *coverage) {
	for k, n := range other.cells {
		c.cells[k] += n
	}
	for k, n := range other.faults {
		c.faults[k] += n
	}
	for k, n := range other.sides {
		c.sides[k] += n
	}
	for k, n := range other.shadows {
		c.shadows[k] += n
	}
	for k, n := range other.hands {
		c.hands[k] += n
	}
}

// noteState notes that something meets an order as it stands now.
func (w *world) noteState(o *order, happening string) {
	state := w.stateOf(o.id())
	if state == none && w.isOld(o) {
		state = oldSideState
	}
	w.cover.note(state, happening)
}

// noteStates notes that something meets all orders.
func (w *world) noteStates(happening string) {
	w.noteOrders(happening, func(string) bool { return true })
}

// noteOrders notes that something meets all orders of some merchants.
func (w *world) noteOrders(happening string, of func(merID string) bool) {
	for _, r := range w.rows() {
		if of(r.merID) {
			w.cover.note(r.state, happening)
		}
	}
	if w.old == nil {
		return
	}
	for orderID := range w.marks() {
		if of(merID(w.order(orderID).merchant)) {
			w.cover.note(oldSideState, happening)
		}
	}
}

// oldSideState is how an order stands that is on record as the old gateway's.
const oldSideState = "old side"

// v2States are those of orders in the ledger.
func v2States() (list []string) {
	for _, s := range translate.States() {
		list = append(list, string(s))
	}
	return list
}

// states are those of orders, that of one that is not in the ledger, and that of one
// on the old side.
func states() []string {
	return append([]string{none, oldSideState}, v2States()...)
}

// String is a table of states and events.
func (c *coverage) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-14s", "")
	for _, h := range happenings {
		fmt.Fprintf(&b, "%15s", h)
	}
	b.WriteString("\n")
	for _, s := range states() {
		fmt.Fprintf(&b, "%-14s", s)
		for _, h := range happenings {
			fmt.Fprintf(&b, "%15d", c.cells[cell{s, h}])
		}
		b.WriteString("\n")
	}
	for _, side := range slices.Sorted(maps.Keys(c.sides)) {
		fmt.Fprintf(&b, "%8d  beside an old gateway: %s\n", c.sides[side], side)
	}
	for _, result := range slices.Sorted(maps.Keys(c.shadows)) {
		fmt.Fprintf(&b, "%8d  exchanges in the shadow: %s\n", c.shadows[result], result)
	}
	for _, done := range slices.Sorted(maps.Keys(c.hands)) {
		fmt.Fprintf(&b, "%8d  by hand: %s\n", c.hands[done], done)
	}
	for _, name := range slices.Sorted(maps.Keys(c.faults)) {
		fmt.Fprintf(&b, "%8d  %s\n", c.faults[name], name)
	}
	for _, s := range states() {
		for _, h := range happenings {
			if c.cells[cell{s, h}] == 0 {
				fmt.Fprintf(&b, "never: %s meets an order that is %s: %s\n", h, s, whyNever(s, h))
			}
		}
	}
	return b.String()
}

// never says why an event cannot meet an order in a state.
var never = []struct {
	happening string
	states    []string
	why       string
}{
	{"payment", []string{"none", "begun"}, "nothing has left for the gateway"},
	{"payment", []string{"paid", "refunding", "refunded", "refund_failed"}, "it is paid already, and nothing is charged twice"},
	{"refund", []string{"none", "begun", "sent", "pending", "in_doubt", "paid", "failed", "closed"}, "only a refund that is on record is asked for"},
	{"refund", []string{"refunded"}, "it is given back already"},
	{"payment", []string{"failed"}, "an order on display fails once it can be paid no longer, and a scanned code that has failed takes no money"},
	{"notice", []string{"none", "begun"}, "the gateway does not know it"},
	{"notice", []string{oldSideState}, "the v2 gateway does not know it"},
	{"notification", []string{"none", "begun", "sent", "pending", "in_doubt", "failed", "closed", "refunding", "refunded"}, "only of a payment that stands a merchant is notified"},
	{"kill", []string{"none"}, "there is no order yet"},
	{"restart", []string{"none"}, "there is no order yet"},
	{"reload", []string{"none"}, "there is no order yet"},
	{"freeze", []string{"none"}, "there is no order yet"},
	{"route changed", []string{"none"}, "there is no order yet"},
	{"turned back", []string{"none"}, "there is no order yet"},
	{"comparison", v2States(), "v2 answers about it, and only answers of the old gateway are compared"},
	{"refund", []string{"refund_failed"}, "what is tried again is refunding"},
	{"by hand", []string{"none", oldSideState}, "operators look at the ledger"},
	{"by hand", []string{"begun", "failed", "closed", "refunded"}, "there is nothing for an operator to do"},
}

func whyNever(state, happening string) string {
	for _, n := range never {
		if n.happening == happening && slices.Contains(n.states, state) {
			return n.why
		}
	}
	return "not seen in these worlds, though it could be"
}
